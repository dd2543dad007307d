var e=class{isMuted=!1;play(a,l,r){}close(){}};export{e as Sound};
