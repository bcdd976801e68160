import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENVIRONMENTS } from './support/settings';
import { synthesize } from './support/synthesis';
import { flattenOutputs, flattenOutputsFile } from '../../src/foundation/flatten-outputs';
import { OUTPUTS } from '../../src/foundation/outputs';
import type { FileOutputName } from '../../src/foundation/outputs';

/** What only a pipeline has that receives files. */
const OF_FILES: readonly FileOutputName[] = [
  'DeidentificationKeyArn',
  'DomainName',
  'FileSystemId',
  'LoadBalancerArn',
  'QueryLogGroupName',
  'QueryServiceName',
  'QueueEndpoint',
  'QueueReplicationGroupId',
  'RegionalDomainHostedZoneId',
  'RegionalDomainTarget',
  'ScanBucketName',
  'UploadServiceName',
  'UploadUrl',
];

describe('the outputs of a pipeline', () => {
  const { outputs } = synthesize();

  it('are the documented list, under PascalCase names', () => {
    for (const [name, { Description }] of Object.entries(outputs)) {
      expect(name).toMatch(/^([A-Z][a-z0-9]+)+$/);
      expect(Description).toBe(OUTPUTS[name as keyof typeof OUTPUTS]);
    }
  });

  it.each(ENVIRONMENTS)('of %s are all but those that this pipeline has no such thing for', (_, change) => {
    const absent = Object.keys(OUTPUTS).filter((name) => !Object.hasOwn(synthesize(change).outputs, name));

    expect(absent.sort()).toEqual(
      [
        ...(change.workload === 'records' ? [] : ['AuditFunctionName']),
        ...(change.workload === 'records' ? ['DatabaseReaderEndpoint'] : []),
        ...(change.workload === 'imaging' || change.secrets?.cacheAuthTokenArn === undefined
          ? ['CacheEndpoint', 'CacheReplicationGroupId']
          : []),
        ...(change.workload === 'imaging' ? [] : OF_FILES),
        ...(change.secrets?.rotation === 'managedElsewhere' ? ['RotationFunctionName'] : []),
        ...(change.aws?.trail === 'organization' ? ['AuditTrailName'] : []),
      ].sort(),
    );
  });

  it('hold no secret: of the database’s, the ARN only', () => {
    expect(JSON.stringify(outputs)).not.toContain('resolve:secretsmanager');
    expect(outputs.DatabaseSecretArn?.Value).toBe(
      'arn:aws:secretsmanager:eu-central-1:111122223333:secret:st-luke/database-a1B2c3',
    );
  });

  it('say where the pipeline runs', () => {
    expect(outputs.Target?.Value).toBe('aws');
    expect(outputs.Region?.Value).toBe('eu-central-1');
    expect(outputs.EnvironmentSuffix?.Value).toBe('prod');
    expect(outputs.TenantId?.Value).toBe('st-luke');
  });
});

describe('the outputs file of cdk deploy', () => {
  it('becomes one flat list', () => {
    expect(flattenOutputs('{"pipeline-prod":{"Region":"eu-central-1","ApiId":"abc"}}')).toEqual({
      Region: 'eu-central-1',
      ApiId: 'abc',
    });
  });

  it.each([
    ['no JSON', '{', 'no outputs file'],
    ['a list', '[]', 'no outputs file'],
    ['a value that is no text', '{"a":{"b":1}}', 'no outputs file'],
    ['nothing', '{}', 'has no outputs'],
    ['the same name twice', '{"a":{"x":"1"},"b":{"x":"2"}}', 'Two stacks have an output x; the second is b.'],
  ])('is refused when it holds %s', (_, json, message) => {
    expect(() => flattenOutputs(json)).toThrow(message);
  });

  it('is written in order of name, into a folder that may not be there yet', () => {
    const folder = mkdtempSync(join(tmpdir(), 'outputs-'));
    try {
      writeFileSync(join(folder, 'outputs.json'), '{"s":{"B":"2","A":"1"}}');
      flattenOutputsFile(join(folder, 'outputs.json'), join(folder, 'new', 'flat-outputs.json'));
      expect(readFileSync(join(folder, 'new', 'flat-outputs.json'), 'utf8')).toBe('{\n  "A": "1",\n  "B": "2"\n}\n');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
