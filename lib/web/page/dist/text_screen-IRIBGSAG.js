import{a}from"./chunk-FMLKL2RG.js";import"./chunk-YZ4EDXBO.js";export{a as TextScreen};
