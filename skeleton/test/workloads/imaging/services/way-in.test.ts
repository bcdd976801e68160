import { IMAGING_ROUTES } from '../../../../src/workloads/imaging/gateway.service';
import { apiMethods } from '../../../foundation/support/api-methods';
import { IMAGING, IMAGING_OTHER_CHOICES } from '../../../foundation/support/settings';
import { synthesize } from '../../../foundation/support/synthesis';

describe.each([
  ['by default', IMAGING],
  ['with every choice made the other way', IMAGING_OTHER_CHOICES],
])('the way into imaging %s', (_, change) => {
  const synthesis = synthesize(change);
  const { only, ofType } = synthesis;

  it('asks for a certificate of a pinned truststore, over TLS 1.2 or higher, at a regional name', () => {
    expect(only('AWS::ApiGateway::DomainName').Properties).toMatchObject({
      DomainName: 'scans.st-luke.example',
      EndpointConfiguration: { Types: ['REGIONAL'] },
      SecurityPolicy: 'TLS_1_2',
      MutualTlsAuthentication: {
        TruststoreUri: 's3://st-luke-truststore/hospitals.pem',
        TruststoreVersion: '3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH',
      },
    });
    expect(only('AWS::ApiGateway::DomainName').Properties.OwnershipVerificationCertificateArn).toBe(
      change.imaging?.ownershipVerificationCertificateArn,
    );
  });

  it('is the only one: the API’s own endpoint is off, and it is regional', () => {
    expect(only('AWS::ApiGateway::RestApi').Properties).toMatchObject({
      DisableExecuteApiEndpoint: true,
      EndpointConfiguration: { Types: ['REGIONAL'] },
      BinaryMediaTypes: ['*/*'],
    });
  });

  it('has the methods of tus and DICOMweb, and no others', () => {
    const methods = apiMethods(synthesis);

    expect(methods.map(({ name }) => name)).toEqual(
      IMAGING_ROUTES.map(({ method, path }) => `${method} /${path}`).sort(),
    );
    expect(methods.map(({ name }) => name).filter((name) => !name.startsWith('GET '))).toEqual([
      'DELETE /uploads/{upload}',
      'HEAD /uploads/{upload}',
      'OPTIONS /uploads',
      'OPTIONS /uploads/{upload}',
      'PATCH /uploads/{upload}',
      'POST /studies',
      'POST /studies/{study}',
      'POST /uploads',
    ]);
  });

  it('refuses a request without a parameter or header that its method needs, before any program sees it', () => {
    const validator = only('AWS::ApiGateway::RequestValidator');
    expect(validator.Properties).toMatchObject({ ValidateRequestParameters: true, ValidateRequestBody: true });
    for (const { name, resource } of apiMethods(synthesis)) {
      const route = IMAGING_ROUTES.find(({ method, path }) => name === `${method} /${path}`);
      const parameters = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => `path.${parameter}`);
      const headers = (route?.requiredHeaders ?? []).map((header) => `header.${header}`);

      expect([name, resource.Properties.RequestValidatorId]).toEqual([name, { Ref: validator.id }]);
      expect([name, resource.Properties.RequestParameters ?? {}]).toEqual([
        name,
        Object.fromEntries([...parameters, ...headers].map((place) => [`method.request.${place}`, true])),
      ]);
    }
    const needed = IMAGING_ROUTES.find(({ method }) => method === 'PATCH')?.requiredHeaders;
    expect(needed).toEqual(['Tus-Resumable', 'Upload-Offset', 'Content-Type']);
  });

  it('tells programs the subject of the certificate, whatever header a client sends, and streams what they answer', () => {
    for (const { name, resource } of apiMethods(synthesis)) {
      expect([name, resource.Properties.Integration]).toEqual([
        name,
        expect.objectContaining({
          Type: 'HTTP_PROXY',
          ConnectionType: 'VPC_LINK',
          ConnectionId: { Ref: only('AWS::ApiGatewayV2::VpcLink').id },
          IntegrationTarget: { Ref: only('AWS::ElasticLoadBalancingV2::LoadBalancer').id },
          Uri: expect.stringMatching(/^https:\/\/scans\.st-luke\.example\//),
          ResponseTransferMode: 'STREAM',
          TimeoutInMillis: 900_000,
          RequestParameters: expect.objectContaining({
            'integration.request.header.X-Client-Certificate-Subject': 'context.identity.clientCert.subjectDN',
          }),
        }),
      ]);
    }
  });

  it('has the firewall block who brings that header', () => {
    const rules = JSON.stringify(only('AWS::WAFv2::WebACL').Properties.Rules);

    expect(rules).toContain('"SingleHeader":{"Name":"x-client-certificate-subject"}');
    expect(ofType('AWS::WAFv2::WebACLAssociation')).toHaveLength(1);
  });

  it('throttles all methods', () => {
    expect(only('AWS::ApiGateway::Stage').Properties.MethodSettings).toEqual([
      expect.objectContaining({
        HttpMethod: '*',
        ResourcePath: '/*',
        ThrottlingRateLimit: expect.any(Number),
        ThrottlingBurstLimit: expect.any(Number),
        DataTraceEnabled: false,
        LoggingLevel: 'ERROR',
      }),
    ]);
  });

  it('writes no path and no query into its log, which would name patients', () => {
    const format = JSON.stringify(only('AWS::ApiGateway::Stage').Properties.AccessLogSetting);

    expect(format).toContain('$context.identity.clientCert.subjectDN');
    expect(format).not.toMatch(
      /\$context\.(path|protocol.*path|requestOverride)|querystring|\$context\.error\.message/,
    );
  });
});

describe('the load balancer of imaging', () => {
  const { only, ofType } = synthesize(IMAGING);

  it('is within the network and takes TLS only, with the certificate of the name, and no connection that it does not log', () => {
    const balancer = only('AWS::ElasticLoadBalancingV2::LoadBalancer').Properties;
    const attributes = JSON.stringify(balancer.LoadBalancerAttributes);

    expect(balancer.Scheme).toBe('internal');
    expect(JSON.stringify(balancer.Subnets).match(/Vpcprivate/g)).toHaveLength(3);
    expect(attributes).toContain('{"Key":"connection_logs.s3.enabled","Value":"true"}');
    expect(attributes).toContain('{"Key":"routing.http.drop_invalid_header_fields.enabled","Value":"true"}');
    expect(only('AWS::ElasticLoadBalancingV2::Listener').Properties).toMatchObject({
      Port: 443,
      Protocol: 'HTTPS',
      SslPolicy: expect.stringMatching(/^ELBSecurityPolicy-TLS13-1-2-Res-/),
      Certificates: [{ CertificateArn: expect.stringContaining('certificate/1234abcd-12ab-34cd-56ef-1234567890ab') }],
      DefaultActions: [expect.objectContaining({ Type: 'fixed-response' })],
    });
  });

  it('speaks TLS to the programs, and sends what writes to uploads and what reads to queries', () => {
    for (const { Properties } of ofType('AWS::ElasticLoadBalancingV2::TargetGroup')) {
      expect(Properties).toMatchObject({
        Port: 8443,
        Protocol: 'HTTPS',
        HealthCheckProtocol: 'HTTPS',
        HealthCheckPath: '/health',
        TargetType: 'ip',
      });
    }
    const methods = ofType('AWS::ElasticLoadBalancingV2::ListenerRule').map(({ Properties }) =>
      JSON.stringify(Properties.Conditions),
    );
    expect(methods).toEqual([
      expect.stringContaining('["POST","PATCH","HEAD","DELETE","OPTIONS"]'),
      expect.stringContaining('["GET"]'),
    ]);
  });

  it('is reached by the gateway’s link only, and programs by it only', () => {
    const rules = ofType('AWS::EC2::SecurityGroupIngress').map(({ Properties }) => ({
      port: Properties.FromPort,
      to: logicalName(Properties.GroupId),
      from: logicalName(Properties.SourceSecurityGroupId),
    }));

    expect(rules.filter(({ port }) => port === 443)).toEqual([
      { port: 443, from: expect.stringMatching(/^Api/), to: expect.stringMatching(/^LoadBalancer/) },
    ]);
    const toPrograms = rules.filter(({ port }) => port === 8443);
    expect(toPrograms.map(({ to }) => to.replace(/SecurityGroup.*/, '')).sort()).toEqual(['Query', 'Upload']);
    for (const { from } of toPrograms) expect(from).toMatch(/^LoadBalancer/);
    expect(rules.filter(({ to }) => to.startsWith('Worker'))).toEqual([]);
  });
});

/** Logical id of the resource whose attribute a value is. */
function logicalName(value: unknown): string {
  return /"Fn::GetAtt":\["(\w+)"/.exec(JSON.stringify(value))?.[1] ?? JSON.stringify(value);
}
