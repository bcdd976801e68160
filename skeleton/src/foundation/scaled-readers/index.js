// CDK's entry point requires a CommonJS module of this name; the code is the ES module beside it.
exports.handler = async (event) => (await import('./index.mjs')).handler(event);
