function r(){return null}function e(n){return null}export{e as RecordButton,r as Recordings};
