import { z } from 'zod';
import { synthesize } from './support/synthesis';
import { parseApiEnvironment } from '../../src/runtime/environment';

describe('the API', () => {
  const { only, ofType } = synthesize();
  const methods = ofType('AWS::ApiGateway::Method');
  const stage = only('AWS::ApiGateway::Stage');

  it('wants every request signed, on each of its paths', () => {
    expect(methods.map(({ Properties }) => [Properties.HttpMethod, Properties.AuthorizationType])).toEqual(
      methods.map(() => ['GET', 'AWS_IAM']),
    );
    expect(
      ofType('AWS::ApiGateway::Resource')
        .map(({ Properties }) => Properties.PathPart)
        .sort(),
    ).toEqual(['Observation', 'health', 'metadata']);
  });

  it('refuses a search without a patient before it reaches the function', () => {
    const search = methods.find(({ id }) => id.includes('Observation'));

    expect(search?.Properties.RequestParameters).toEqual({ 'method.request.querystring.patient': true });
    for (const { Properties } of methods) expect(Properties.RequestValidatorId).toEqual({ Ref: expect.any(String) });
    expect(only('AWS::ApiGateway::RequestValidator').Properties).toMatchObject({ ValidateRequestParameters: true });
  });

  it('is regional, throttled, logged without queries, and neither cached nor traced', () => {
    expect(only('AWS::ApiGateway::RestApi').Properties.EndpointConfiguration).toMatchObject({ Types: ['REGIONAL'] });
    expect(stage.Properties).toMatchObject({
      MethodSettings: [
        {
          HttpMethod: '*',
          ResourcePath: '/*',
          LoggingLevel: 'ERROR',
          DataTraceEnabled: false,
          MetricsEnabled: true,
          CachingEnabled: false,
          ThrottlingRateLimit: 200,
          ThrottlingBurstLimit: 400,
        },
      ],
      TracingEnabled: false,
      ClientCertificateId: { Ref: expect.any(String) },
    });
    const format = JSON.stringify(stage.Properties.AccessLogSetting);
    expect(format).toContain('$context.identity.userArn');
    expect(format).not.toMatch(/querystring|\$context\.path\b|requestOverride/);
  });

  it('finds both of its log groups when it starts', () => {
    const groups = ofType('AWS::Logs::LogGroup').filter(({ id }) => id.startsWith('ApiExecutionLog'));

    expect(groups).toHaveLength(1);
    expect(stage.DependsOn).toContain(groups[0]?.id);
    expect(JSON.stringify(stage.Properties.AccessLogSetting)).toContain('ApiAccessLog');
  });

  it('leaves the account’s role for API Gateway’s logs to the account', () => {
    expect(() => ofType('AWS::ApiGateway::Account')).toThrow('has no');
  });

  it('answers each error of the gateway’s own as an OperationOutcome', () => {
    const responses = ofType('AWS::ApiGateway::GatewayResponse');

    expect(responses.map(({ Properties }) => Properties.ResponseType)).toEqual(
      expect.arrayContaining(['BAD_REQUEST_PARAMETERS', 'ACCESS_DENIED', 'THROTTLED', 'DEFAULT_4XX', 'DEFAULT_5XX']),
    );
    for (const { Properties } of responses) {
      const template = z.object({ 'application/json': z.string() }).parse(Properties.ResponseTemplates)[
        'application/json'
      ];
      const outcome: unknown = JSON.parse(template.replace('$context.error.messageString', '"what is wrong"'));
      expect(outcome).toMatchObject({
        resourceType: 'OperationOutcome',
        issue: [{ severity: 'error', code: expect.stringMatching(/^[a-z]+$/), diagnostics: 'what is wrong' }],
      });
      expect(Properties.ResponseParameters).toMatchObject({
        'gatewayresponse.header.Content-Type': "'application/fhir+json'",
      });
    }
  });

  it('stands behind a web ACL that keeps no request: no samples, and a log without queries', () => {
    const acl = only('AWS::WAFv2::WebACL').Properties;

    expect(JSON.stringify(acl)).not.toContain('"SampledRequestsEnabled":true');
    expect(JSON.stringify(acl)).toContain('RateBasedStatement');
    expect(only('AWS::WAFv2::LoggingConfiguration').Properties.RedactedFields).toContainEqual({ QueryString: {} });
    expect(JSON.stringify(only('AWS::WAFv2::WebACLAssociation').Properties.ResourceArn)).toContain('/stages/');
  });
});

describe('the API’s function', () => {
  const { ofType } = synthesize();
  const handler = ofType('AWS::Lambda::Function').find(({ Properties }) => Properties.FunctionName === 'api-prod');

  it('runs on ARM64 in the private subnets, its environment encrypted, its concurrency bounded', () => {
    expect(handler?.Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      ReservedConcurrentExecutions: 50,
    });
    expect(JSON.stringify(handler?.Properties.KmsKeyArn)).toContain('KeysData');
    expect(JSON.stringify(handler?.Properties.VpcConfig).match(/Vpc(\w+?)Subnet\d/g)).toEqual([
      'VpcprivateSubnet1',
      'VpcprivateSubnet2',
      'VpcprivateSubnet3',
    ]);
  });

  it('writes to a log group that is there first', () => {
    expect(handler?.Properties.LoggingConfig).toEqual({
      LogGroup: { Ref: expect.stringContaining('ApiFunctionLogGroup') },
    });
  });

  it('is given every variable that the application asks for, but the one that Lambda sets', () => {
    const { Variables } = z
      .object({ Variables: z.record(z.string(), z.unknown()) })
      .parse(handler?.Properties.Environment);
    const variables = Object.fromEntries(
      Object.entries(Variables).map(([name, value]) => [name, typeof value === 'string' ? value : `made-${name}`]),
    );

    expect(parseApiEnvironment({ ...variables, AWS_REGION: 'eu-central-1' })).toMatchObject({
      database: { host: 'made-DATABASE_HOST' },
      databaseReaderHost: 'made-DATABASE_READER_HOST',
      environmentSuffix: 'prod',
    });
  });
});
