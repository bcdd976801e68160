/**
 * jest transform of packages that are published as ES modules only: esbuild turns one file into CommonJS,
 * where `import()` becomes `require` and `import.meta` tells the file's own place, as in the module.
 */
const { createHash } = require('node:crypto');
const { transformSync, version } = require('esbuild');

// A function of its own, since a module may declare names that CommonJS has taken, such as `__dirname`.
const banner = `
const __importMeta = { url: require('node:url').pathToFileURL(__filename).href, filename: __filename, dirname: __dirname };
(() => {`;
const footer = '})();';

module.exports = {
  getCacheKey: (source, path) => createHash('sha256').update(`${version}\n${banner}\n${path}\n${source}`).digest('hex'),
  process: (source, path) => ({
    code: transformSync(source, {
      sourcefile: path,
      format: 'cjs',
      target: 'node20',
      supported: { 'dynamic-import': false },
      define: { 'import.meta': '__importMeta' },
      banner,
      footer,
      logLevel: 'error',
    }).code,
  }),
};
