import{a}from"./chunk-ZO23WVKW.js";import"./chunk-YZ4EDXBO.js";export{a as TextScreen};
