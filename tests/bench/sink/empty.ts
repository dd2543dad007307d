// An empty program, whose start-up time startup.ts measures.
console.error("listening on nothing");
