import{a}from"./chunk-I54GJONL.js";import"./chunk-TBWYPT2Y.js";export{a as TextScreen};
