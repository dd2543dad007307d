import{a}from"./chunk-FQKGFMSK.js";import"./chunk-YZ4EDXBO.js";export{a as TextScreen};
