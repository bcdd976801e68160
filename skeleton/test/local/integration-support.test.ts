import { writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { temporaryDirectory } from './support';
import { ApiClient } from '../../integration/support/api-client';
import { OutputsError, type PipelineOutputs, readOutputs } from '../../integration/support/outputs';
import { localOutputs } from '../../local/outputs';
import { checkOutputsFileIsOurs, removeOutputsFile, writeOutputsFile } from '../../local/outputs-file';
import { parseTenantSettings } from '../../src/tenant';

const directory = temporaryDirectory();
const file = join(directory, 'flat-outputs.json');
const ACCOUNT = '111122223333';
const tenant = parseTenantSettings({
  tenant: { id: 'test', name: 'Test', owner: 'group:default/test' },
  workload: 'vitals',
  aws: {
    accountId: ACCOUNT,
    region: 'eu-central-1',
    environmentSuffix: 'test',
    deployRoleArn: `arn:aws:iam::${ACCOUNT}:role/deploy`,
  },
  secrets: { databaseArn: `arn:aws:secretsmanager:eu-central-1:${ACCOUNT}:secret:db-a1B2c3` },
  capacity: { peakEventsPerSecond: 1 },
});
const outputs = localOutputs({
  tenant,
  kinesisEndpoint: 'http://127.0.0.1:4568',
  secretsManagerEndpoint: 'http://127.0.0.1:2',
  database: { port: 5433, caFile: '/tmp/authority.pem' },
  apiPort: 8080,
});

describe('the outputs that the integration suite reads', () => {
  test('are those that the local stack writes', () => {
    writeOutputsFile(file, outputs);

    expect(readOutputs(file)).toEqual(outputs);
  });

  test('say where the cache is for a tenant that has one, and never its token', () => {
    const cacheAuthTokenArn = `arn:aws:secretsmanager:eu-central-1:${ACCOUNT}:secret:cache-a1B2c3`;
    const withCache = localOutputs({
      tenant: { ...tenant, secrets: { ...tenant.secrets, cacheAuthTokenArn } },
      kinesisEndpoint: 'http://127.0.0.1:4568',
      secretsManagerEndpoint: 'http://127.0.0.1:2',
      database: { port: 5433, caFile: '/tmp/authority.pem' },
      apiPort: 8080,
      more: {
        CacheEndpoint: '127.0.0.1:7000',
        LocalCacheSecretArn: cacheAuthTokenArn,
        LocalCacheCaFile: '/tmp/cache.pem',
      },
    });
    writeOutputsFile(file, withCache);

    expect(readOutputs(file)).toEqual(withCache);
    expect(withCache).toMatchObject({
      CacheEndpoint: '127.0.0.1:7000',
      LocalCacheSecretArn: cacheAuthTokenArn,
      LocalCacheCaFile: '/tmp/cache.pem',
    });
    expect(JSON.stringify(withCache)).not.toContain('the-token');
    expect(Object.keys(outputs).filter((name) => name.includes('Cache'))).toEqual([]);
  });

  test.each([
    ['no file', undefined, /There is no .+flat-outputs\.json/],
    ['no JSON', '{', /is no JSON/],
    ['another target', '{"Target":"moon"}', /Target: /],
    ['a missing output', '{"Target":"aws"}', /KinesisStreamName: /],
  ])('are refused with what to do about it: %s', (_, text, message) => {
    const other = join(directory, 'other.json');
    if (text !== undefined) writeFileSync(other, text);
    const read = () => readOutputs(text === undefined ? join(directory, 'nowhere', 'flat-outputs.json') : other);

    expect(read).toThrow(OutputsError);
    expect(read).toThrow(message);
    expect(read).toThrow('npm run local -- --exec "npm run integration"');
  });

  test('of a deployment are neither written over nor removed', () => {
    writeFileSync(file, '{"Target":"aws"}');

    expect(() => checkOutputsFileIsOurs(file)).toThrow('Move it away first');
    removeOutputsFile(file);
    expect(() => checkOutputsFileIsOurs(file)).toThrow('Move it away first');
  });

  test('of an earlier local stack may be replaced', () => {
    writeOutputsFile(file, outputs);

    expect(() => checkOutputsFileIsOurs(file)).not.toThrow();
    removeOutputsFile(file);
    expect(() => checkOutputsFileIsOurs(file)).not.toThrow();
  });
});

describe('a call of the API', () => {
  const seen: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers);
    response.end('{"resourceType":"Bundle"}');
  });
  let apiUrl = '';
  const variables = { ...process.env };
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    apiUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/test/`;
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' });
  });
  afterAll(async () => {
    process.env = variables;
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  test('is signed for the region when the pipeline is deployed', async () => {
    const { LocalKinesisEndpoint: _, LocalSecretsManagerEndpoint: __, ...shared } = outputs;
    const deployed: PipelineOutputs = { ...shared, Target: 'aws', ApiUrl: apiUrl, AuditTrailName: 'trail' };
    await new ApiClient(deployed).get('Observation?patient=a&code=http://loinc.org|8867-4');

    expect(seen.at(-1)?.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/execute-api\/aws4_request, SignedHeaders=accept;host;x-amz-content-sha256;x-amz-date, Signature=[0-9a-f]{64}$/,
    );
  });

  test('is not signed when the pipeline is local', async () => {
    const local: PipelineOutputs = { ...outputs, Target: 'local', ApiUrl: apiUrl, AuditTrailName: undefined };
    await new ApiClient(local).get('metadata');

    expect(seen.at(-1)?.authorization).toBeUndefined();
  });
});
