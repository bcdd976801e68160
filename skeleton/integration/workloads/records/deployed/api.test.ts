import { APIGatewayClient, paginateGetResources } from '@aws-sdk/client-api-gateway';
import { describeDeployed } from '../../../support/deployed';

describeDeployed('the deployed API of records', (outputs) => {
  test.each(['AuditEvent?patient=nobody', 'AuditEvent/1', 'Patient/nobody', 'Patient/nobody/$everything'])(
    'refuses %s to a caller who does not sign',
    async (path) => {
      const { status } = await fetch(new URL(path, outputs().ApiUrl), { signal: AbortSignal.timeout(30_000) });

      expect(status).toBe(403);
    },
  );

  test('refuses PUT to a caller who does not sign', async () => {
    const { status } = await fetch(new URL('Patient/nobody', outputs().ApiUrl), {
      method: 'PUT',
      headers: { 'Content-Type': 'application/fhir+json' },
      body: '{}',
      signal: AbortSignal.timeout(30_000),
    });

    expect(status).toBe(403);
  });

  test('answers who saw what by the function of its own, which answers nothing else', async () => {
    const gateway = new APIGatewayClient({ region: outputs().Region });
    const answering: Array<[path: string, byTheAuditFunction: boolean]> = [];
    for await (const { items } of paginateGetResources(
      { client: gateway },
      { restApiId: outputs().ApiId, embed: ['methods'], limit: 500 },
    )) {
      for (const { path = '', resourceMethods } of items ?? []) {
        for (const { methodIntegration } of Object.values(resourceMethods ?? {})) {
          const byTheAuditFunction = methodIntegration?.uri?.includes(`:${outputs().AuditFunctionName}/`) ?? false;
          answering.push([path, byTheAuditFunction]);
        }
      }
    }
    gateway.destroy();

    expect(answering.filter(([path]) => path.startsWith('/AuditEvent'))).toHaveLength(2);
    for (const [path, byTheAuditFunction] of answering) {
      expect([path, byTheAuditFunction]).toEqual([path, path.startsWith('/AuditEvent')]);
    }
  });
});
