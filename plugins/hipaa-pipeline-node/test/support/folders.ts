import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The platform repository that these tests lie in. */
export const REPOSITORY = join(__dirname, '..', '..', '..', '..');
export const SKELETON = join(REPOSITORY, 'skeleton');

const made: string[] = [];

/** A new empty folder, removed by `removeTemporaryFolders`. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hipaa-pipeline-node-'));
  made.push(folder);
  return folder;
}

export function removeTemporaryFolders(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export function writeFiles(root: string, files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

/** Every file and link below a folder, as `path mode content` and `path -> target`: equal exactly where the trees are. */
export function treeOf(root: string): Record<string, string> {
  if (!existsSync(root)) return {};
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    paths.map((path) => {
      const stats = lstatSync(join(root, path));
      const mode = (stats.mode & 0o777).toString(8);
      if (stats.isSymbolicLink()) return [path, `-> ${readlinkSync(join(root, path))}`];
      return [path, stats.isDirectory() ? 'folder' : `${mode} ${readFileSync(join(root, path), 'latin1')}`];
    }),
  );
}

/** A small skeleton with two workloads, one template, an executable, and everything that is left out. */
export function smallSkeleton(): string {
  const root = temporaryFolder();
  writeFiles(root, {
    'package.json': '{ "name": "hipaa-pipeline", "version": "1.2.3" }\n',
    'tenant.json': '{ "in": "place" }\n',
    'tenant.json.hbs': '{{json this}}\n',
    'README.md.hbs': '# Pipeline of {{markdown tenant.name}}\n',
    'README.md': '# In place\n',
    'run.sh': '#!/bin/sh\n',
    'generated.json': '{}\n',
    'binary.bin': '\u0000\u0001\r\n{{not a template}}',
    'src/lib/kept.ts': 'export {};\n',
    'src/workloads/index.ts': 'every workload\n',
    'src/workloads/index.ts.hbs': "import '{{word workload}}';\n",
    'src/workloads/vitals/vitals.service.ts': 'vitals\n',
    'src/workloads/records/records.service.ts': 'records\n',
    'test/workloads/vitals/service.test.ts': 'vitals\n',
    'test/workloads/records/service.test.ts': 'records\n',
    'integration/workloads/records/suite.ts': 'records\n',
    'docs/workloads/records/page.md': 'records\n',
    'docs/workloads/vitals/page.md': 'vitals\n',
    'template/workloads/records/page.md': 'no room\n',
    '.rooms.json': '{ "src/cache": ["vitals"], "src/mail.ts": ["records"] }\n',
    'src/cache/client.ts': 'cache\n',
    'src/mail.ts': 'mail\n',
    'node_modules/zod/index.js': 'left out',
    'local/node_modules/zod/index.js': 'left out',
    'lib/main.js': 'left out',
    'dist/main.js': 'left out',
    'cdk.out/manifest.json': 'left out',
    'coverage/lcov.info': 'left out',
    'test-reports/junit.xml': 'left out',
    'cfn-outputs/flat-outputs.json': 'left out',
    '.local/database': 'left out',
    'src/main.tsbuildinfo': 'left out',
  });
  chmodSync(join(root, 'run.sh'), 0o755);
  chmodSync(join(root, 'generated.json'), 0o444);
  return root;
}
