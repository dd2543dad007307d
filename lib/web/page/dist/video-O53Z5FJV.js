function n(){return Promise.resolve(!1)}var e=class{constructor(o,s){}push(o){}close(){}};export{e as VideoPictures,n as canDecodeH264};
