import{a}from"./chunk-73NUENP5.js";import"./chunk-YZ4EDXBO.js";export{a as TextScreen};
