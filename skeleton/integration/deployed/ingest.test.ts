import { APIGatewayClient, GetRestApiCommand, GetStagesCommand } from '@aws-sdk/client-api-gateway';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { describeDeployedStream } from '../support/deployed';

describeDeployedStream('the deployed ingest through the API', (outputs) => {
  let gateway: APIGatewayClient;
  beforeAll(() => {
    gateway = new APIGatewayClient({ region: outputs().Region });
  });
  afterAll(() => gateway.destroy());

  test.each([
    ['Observation', 'application/fhir+json'],
    ['', 'application/fhir+json'],
    ['', 'application/hl7-v2'],
  ])('refuses POST /%s of %s to a caller who does not sign', async (path, contentType) => {
    const { status } = await fetch(new URL(path, outputs().ApiUrl), {
      method: 'POST',
      headers: { 'Content-Type': contentType },
      body: '{}',
      signal: AbortSignal.timeout(30_000),
    });

    expect(status).toBe(403);
  });

  test('hands HL7 v2 on byte for byte', async () => {
    const { binaryMediaTypes } = await gateway.send(new GetRestApiCommand({ restApiId: outputs().ApiId }));

    expect(binaryMediaTypes).toEqual(['application/hl7-v2']);
  });

  test('has limits of its own, and logs no body', async () => {
    const { item: stages } = await gateway.send(new GetStagesCommand({ restApiId: outputs().ApiId }));
    const settings = Object.entries(stages?.[0]?.methodSettings ?? {});
    const writes = settings.filter(([method]) => /\/(POST|PUT)$/.test(method));

    expect(writes.length).toBeGreaterThanOrEqual(2);
    for (const [, { throttlingRateLimit }] of writes) expect(throttlingRateLimit).toBeGreaterThan(0);
    for (const [, { dataTraceEnabled, loggingLevel }] of settings) {
      expect([dataTraceEnabled ?? false, loggingLevel]).toEqual([false, 'ERROR']);
    }
  });

  test('logs into a group with a key and a retention', async () => {
    const logs = new CloudWatchLogsClient({ region: outputs().Region });
    const name = outputs().IngestLogGroupName;
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }));
    const group = logGroups?.find(({ logGroupName }) => logGroupName === name);

    expect(group?.kmsKeyId).toMatch(/^arn:aws[a-z-]*:kms:/);
    expect(group?.retentionInDays).toBeGreaterThanOrEqual(365);
    logs.destroy();
  });
});
