import{g as e}from"./chunk-PSOZHPHX.js";var i=e(!document.hidden);document.addEventListener("visibilitychange",()=>i.value=!document.hidden);function t(){return i.value}export{t as a};
