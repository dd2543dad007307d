import{g as e}from"./chunk-5UHJ6TB7.js";var i=e(!document.hidden);document.addEventListener("visibilitychange",()=>i.value=!document.hidden);function t(){return i.value}export{t as a};
