function l(e){return null}function i(e,n){}export{l as ClientFiles,i as sendFiles};
