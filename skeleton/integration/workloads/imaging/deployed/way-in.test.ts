import {
  APIGatewayClient,
  GetDomainNameCommand,
  GetResourcesCommand,
  GetRestApiCommand,
} from '@aws-sdk/client-api-gateway';
import { describeDeployed } from '../../../support/deployed';

describeDeployed('the deployed way in', (outputs) => {
  let gateway: APIGatewayClient;
  beforeAll(() => {
    gateway = new APIGatewayClient({ region: outputs().Region });
  });
  afterAll(() => gateway.destroy());

  test('asks for a certificate of a pinned truststore without a warning, over TLS 1.2 or higher, at a regional name', async () => {
    const domain = await gateway.send(new GetDomainNameCommand({ domainName: outputs().DomainName }));

    expect(domain).toMatchObject({
      domainNameStatus: 'AVAILABLE',
      securityPolicy: 'TLS_1_2',
      endpointConfiguration: { types: ['REGIONAL'] },
      regionalDomainName: outputs().RegionalDomainTarget,
    });
    expect(domain.mutualTlsAuthentication?.truststoreVersion).toMatch(/\S/);
    // An authority that is past its time, or of a broken chain, is told here.
    expect(domain.mutualTlsAuthentication?.truststoreWarnings ?? []).toEqual([]);
  });

  test('is the only one: the API’s own endpoint answers nobody', async () => {
    const { Region, ApiId, EnvironmentSuffix } = outputs();
    expect(await gateway.send(new GetRestApiCommand({ restApiId: ApiId }))).toMatchObject({
      disableExecuteApiEndpoint: true,
      endpointConfiguration: { types: ['REGIONAL'] },
    });

    const { status } = await fetch(
      `https://${ApiId}.execute-api.${Region}.amazonaws.com/${EnvironmentSuffix}/studies`,
      {
        signal: AbortSignal.timeout(30_000),
      },
    );
    expect(status).toBe(403);
  });

  test.each(['studies', 'uploads'])('shows nothing of %s to who has no certificate', async (path) => {
    await expect(fetch(new URL(path, outputs().ApiUrl), { signal: AbortSignal.timeout(30_000) })).rejects.toThrow(
      'fetch failed',
    );
  });

  test('tells programs the subject of the certificate, over a link into the network, by TLS', async () => {
    const { items } = await gateway.send(
      new GetResourcesCommand({ restApiId: outputs().ApiId, embed: ['methods'], limit: 500 }),
    );
    const integrations = (items ?? [])
      .flatMap(({ resourceMethods }) => Object.values(resourceMethods ?? {}))
      .map(({ methodIntegration }) => methodIntegration);

    expect(integrations.length).toBeGreaterThan(20);
    for (const integration of integrations) {
      expect(integration).toMatchObject({
        connectionType: 'VPC_LINK',
        uri: expect.stringMatching(/^https:/),
        requestParameters: expect.objectContaining({
          'integration.request.header.X-Client-Certificate-Subject': 'context.identity.clientCert.subjectDN',
        }),
      });
    }
  });
});
