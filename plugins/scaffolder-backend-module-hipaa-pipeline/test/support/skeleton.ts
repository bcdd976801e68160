import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const made: string[] = [];

/** A new empty folder, removed by `removeTemporaryFolders`. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hipaa-pipeline-module-'));
  made.push(folder);
  return folder;
}

export function removeTemporaryFolders(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}

const FILES: Record<string, string> = {
  'package.json': '{ "version": "1.2.3" }\n',
  'tenant.json.hbs': '{{json this}}\n',
  'catalog-info.yaml': 'kind: Component\n',
  'run.sh': '#!/bin/sh\n',
  '.gitignore': 'node_modules/\n',
  'src/workloads/vitals/vitals.service.ts': 'export {};\n',
};

/** A small skeleton with one workload, an executable and a link. */
export function smallSkeleton(): string {
  const root = temporaryFolder();
  for (const [path, content] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  chmodSync(join(root, 'run.sh'), 0o755);
  symlinkSync('run.sh', join(root, 'start.sh'));
  return root;
}

/** A workspace with what the first step of the template leaves in it. */
export function renderedWorkspace(folder = 'repository'): string {
  const workspace = temporaryFolder();
  cpSync(smallSkeleton(), join(workspace, folder), { recursive: true, verbatimSymlinks: true });
  return workspace;
}

/** Right settings of a made-up tenant. */
export const lakeside = {
  tenant: { id: 'lakeside-eu-west-1', name: 'Lakeside Hospital', owner: 'group:default/lakeside-platform' },
  workload: 'vitals',
  aws: {
    accountId: '123456789012',
    region: 'eu-west-1',
    environmentSuffix: 'prod',
    deployRoleArn: 'arn:aws:iam::123456789012:role/pipeline-deploy',
  },
  secrets: { databaseArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:lakeside/database-a1B2c3' },
  capacity: { peakEventsPerSecond: 1000 },
};
