import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cdkContext } from './foundation/support/cdk-context';
import { answers, carries } from './foundation/support/settings';

jest.setTimeout(180_000);

const ROOT = join(__dirname, '..');

/** Right by themselves, of a workload that is not here; the skeleton in place has them all. */
const ELSEWHERE = (['imaging', 'records', 'vitals'] as const).filter((workload) => !carries(workload)).slice(0, 1);

describe('the CDK app', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pipeline-main-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs the app as the CDK CLI does, in a folder that has this `tenant.json`. */
  function run(tenantJson: string | undefined) {
    if (tenantJson !== undefined) writeFileSync(join(folder, 'tenant.json'), tenantJson);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs'), join(ROOT, 'src', 'main.ts')],
      {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, CDK_OUTDIR: join(folder, 'cdk.out'), CDK_CONTEXT_JSON: JSON.stringify(cdkContext()) },
      },
    );
    return { status, stdout, stderr };
  }

  it('writes the stack of the tenant', () => {
    expect(run(JSON.stringify(answers({ aws: { environmentSuffix: 'icu' } })))).toMatchObject({ status: 0 });
    expect(existsSync(join(folder, 'cdk.out', 'pipeline-icu.template.json'))).toBe(true);
  });

  it.each([
    [
      'wrong settings',
      JSON.stringify(
        answers({ aws: { region: 'us-east-1', environmentSuffix: 'Prod' }, secrets: { databaseArn: 'x' } }),
      ),
      [
        'tenant.json: ',
        '- aws.environmentSuffix is "Prod": expected lower-case',
        '- secrets.databaseArn is "x": expected the complete ARN',
      ],
    ],
    ...ELSEWHERE.map((workload): [string, string, string[]] => [
      'a workload that is not in the repository',
      JSON.stringify(answers({ workload })),
      [`- workload is "${workload}": expected a workload that this repository carries: `],
    ]),
    ['a file that is no JSON', '{ "tenant": ', ['tenant.json is no JSON: ']],
    ['no file', undefined, ['There is no tenant.json in ']],
  ])('tells a person about %s, without a stack trace, and fails', (_, tenantJson, told) => {
    const { status, stderr } = run(tenantJson);

    expect(status).toBe(1);
    for (const line of told) expect(stderr).toContain(line);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(existsSync(join(folder, 'cdk.out', 'manifest.json'))).toBe(false);
  });
});
