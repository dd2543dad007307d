// What the start of any program costs; see startup.ts.
console.error("listening on nothing");
