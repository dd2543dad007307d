import{g as e}from"./chunk-4SPBXMMA.js";var i=e(!document.hidden);document.addEventListener("visibilitychange",()=>i.value=!document.hidden);function t(){return i.value}export{t as a};
