import{a}from"./chunk-BTQMK25R.js";import"./chunk-YZ4EDXBO.js";export{a as TextScreen};
