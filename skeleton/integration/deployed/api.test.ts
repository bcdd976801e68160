import { APIGatewayClient, GetResourcesCommand, GetStagesCommand } from '@aws-sdk/client-api-gateway';
import { describeDeployedStream } from '../support/deployed';

describeDeployedStream('the deployed API', (outputs) => {
  test.each(['Observation?patient=nobody', 'metadata'])('refuses %s to a caller who does not sign', async (path) => {
    const { status } = await fetch(new URL(path, outputs().ApiUrl), { signal: AbortSignal.timeout(30_000) });

    expect(status).toBe(403);
  });

  test('asks for a signature on each method, writes access logs, and limits its rate', async () => {
    const gateway = new APIGatewayClient({ region: outputs().Region });
    const { items } = await gateway.send(
      new GetResourcesCommand({ restApiId: outputs().ApiId, embed: ['methods'], limit: 500 }),
    );
    const methods = (items ?? []).flatMap(({ resourceMethods }) => Object.values(resourceMethods ?? {}));
    const { item: stages } = await gateway.send(new GetStagesCommand({ restApiId: outputs().ApiId }));

    expect(new Set(methods.map(({ authorizationType }) => authorizationType))).toEqual(new Set(['AWS_IAM']));
    expect(stages).toHaveLength(1);
    expect(stages?.[0]?.accessLogSettings?.destinationArn).toMatch(/^arn:aws[a-z-]*:(logs|firehose):/);
    const limits = Object.values(stages?.[0]?.methodSettings ?? {});
    expect(limits.some(({ throttlingRateLimit }) => (throttlingRateLimit ?? 0) > 0)).toBe(true);
    gateway.destroy();
  });
});
