import { z } from 'zod';
import { describeStreamPipeline } from './support/stream-pipeline';
import { synthesize } from './support/synthesis';
import { ingestThrottle } from '../../src/foundation/ingest-function';
import { parseApiEnvironment, parseIngestEnvironment } from '../../src/runtime/environment';

describeStreamPipeline('the API', () => {
  const { only, ofType } = synthesize();
  const methods = ofType('AWS::ApiGateway::Method');
  const stage = only('AWS::ApiGateway::Stage');
  const writes = methods.filter(({ Properties }) => Properties.HttpMethod !== 'GET');

  it('wants every request signed, on each of its paths', () => {
    expect(methods.map(({ Properties }) => Properties.AuthorizationType)).toEqual(methods.map(() => 'AWS_IAM'));
  });

  it('hands reads and writes to functions of their own', () => {
    for (const { Properties } of methods) {
      const target = Properties.HttpMethod === 'GET' ? /"(Api|Audit)Function/ : /"IngestFunction/;
      expect(JSON.stringify(Properties.Integration)).toMatch(target);
    }
  });

  it('judges no body by itself: it knows no FHIR, and would not tell the place of a fault', () => {
    for (const { Properties } of methods) expect(Properties.RequestModels).toBeUndefined();
    expect(writes.length).toBeGreaterThan(0);
    for (const { Properties } of writes) expect(Properties.RequestParameters ?? {}).toEqual({});
  });

  it('hands HL7 v2 on byte for byte, since its character set stands in the message', () => {
    expect(only('AWS::ApiGateway::RestApi').Properties.BinaryMediaTypes).toEqual(['application/hl7-v2']);
  });

  it('checks parameters on every path', () => {
    for (const { Properties } of methods) expect(Properties.RequestValidatorId).toEqual({ Ref: expect.any(String) });
    expect(only('AWS::ApiGateway::RequestValidator').Properties).toMatchObject({ ValidateRequestParameters: true });
  });

  it('is regional, throttled, logged without queries, and neither cached nor traced', () => {
    expect(only('AWS::ApiGateway::RestApi').Properties.EndpointConfiguration).toMatchObject({ Types: ['REGIONAL'] });
    expect(stage.Properties).toMatchObject({
      TracingEnabled: false,
      ClientCertificateId: { Ref: expect.any(String) },
    });
    const methodSettings = z.array(z.looseObject({ HttpMethod: z.string() })).parse(stage.Properties.MethodSettings);
    const [ofAll, ...ofWrites] = methodSettings;
    expect(ofAll).toMatchObject({
      HttpMethod: '*',
      ResourcePath: '/*',
      ThrottlingRateLimit: 200,
      ThrottlingBurstLimit: 400,
    });
    expect(ofWrites.map(({ HttpMethod }) => HttpMethod).sort()).toEqual(
      writes.map(({ Properties }) => Properties.HttpMethod).sort(),
    );
    for (const settings of ofWrites) {
      expect(settings).toMatchObject({ ThrottlingRateLimit: 1000, ThrottlingBurstLimit: 2000 });
    }
    // Settings of one method take the place of the stage's: each must say all of it.
    for (const settings of methodSettings) {
      expect(settings).toMatchObject({
        LoggingLevel: 'ERROR',
        DataTraceEnabled: false,
        MetricsEnabled: true,
        CachingEnabled: false,
      });
    }
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
      expect.arrayContaining([
        'BAD_REQUEST_PARAMETERS',
        'ACCESS_DENIED',
        'REQUEST_TOO_LARGE',
        'UNSUPPORTED_MEDIA_TYPE',
        'THROTTLED',
        'DEFAULT_4XX',
        'DEFAULT_5XX',
      ]),
    );
    for (const { Properties } of responses) {
      const template = z.object({ 'application/json': z.string() }).parse(Properties.ResponseTemplates)[
        'application/json'
      ];
      const outcome: unknown = JSON.parse(template.replace('$context.error.messageString', '"what is wrong"'));
      expect(outcome).toMatchObject({
        resourceType: 'OperationOutcome',
        issue: [{ severity: 'error', code: expect.stringMatching(/^[a-z]+(-[a-z]+)*$/), diagnostics: 'what is wrong' }],
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

describeStreamPipeline('the firewall before the API', () => {
  const { only, ofType } = synthesize();
  const rules = z
    .array(z.looseObject({ Name: z.string(), Statement: z.looseObject({}) }))
    .parse(only('AWS::WAFv2::WebACL').Properties.Rules);

  it('looks at no body’s size: a Bundle of 1 MiB passes, and what is too large the application says', () => {
    // AWS's core rule set refuses bodies over 8 KB; the sets chosen go on with the part that WAF sees.
    expect(rules.map(({ Name }) => Name)).toEqual([
      'AWSManagedRulesAmazonIpReputationList',
      'AWSManagedRulesKnownBadInputsRuleSet',
      'ReadsPerAddress',
      'WritesPerAddress',
    ]);
    expect(JSON.stringify(rules)).not.toMatch(/SizeConstraint|OversizeHandling|"(Json)?Body"/);
  });

  it('lets one address, which may be a hospital’s only one, write as much as the API takes', () => {
    const writes = rules.find(({ Name }) => Name === 'WritesPerAddress');
    const methods = new Set(ofType('AWS::ApiGateway::Method').map(({ Properties }) => Properties.HttpMethod));
    methods.delete('GET');

    expect(writes?.Statement).toMatchObject({
      RateBasedStatement: { Limit: 300 * 1000, ScopeDownStatement: expect.anything() },
    });
    expect(
      [...JSON.stringify(writes?.Statement).matchAll(/"SearchString":"(\w+)"/g)].map(([, method]) => method).sort(),
    ).toEqual([...methods].sort());
  });
});

describe.each([
  ['small', 1, 200],
  ['middling', 1000, 1000],
  ['large', 20_000, 2000],
])('the limit of ingest for a %s peak', (_, peakEventsPerSecond, requestsPerSecond) => {
  it('follows the peak between bounds, with a burst of twice as many', () => {
    expect(ingestThrottle(peakEventsPerSecond)).toEqual({ requestsPerSecond, burst: 2 * requestsPerSecond });
  });
});

describeStreamPipeline('the ingest function', () => {
  const { ofType } = synthesize();
  const handler = ofType('AWS::Lambda::Function').find(({ Properties }) => Properties.FunctionName === 'ingest-prod');
  const policy = ofType('AWS::IAM::ManagedPolicy').find(({ id }) => id.startsWith('IngestFunctionPolicy'));
  const document = JSON.stringify(policy?.Properties.PolicyDocument);

  it('has a concurrency of its own, which queries cannot use up', () => {
    expect(handler?.Properties).toMatchObject({ ReservedConcurrentExecutions: 100, Architectures: ['arm64'] });
  });

  it('writes to the stream and reads nothing: no stream, no database, no secret', () => {
    expect(document).toContain('"kinesis:PutRecords"');
    expect(document).not.toMatch(/kinesis:Get|secretsmanager:|rds:|rds-db:/);
    expect(JSON.stringify(handler?.Properties.Environment)).not.toMatch(/DATABASE|SECRET|CACHE/);
  });

  it('may use the data key through Kinesis only to write, not to read', () => {
    const { Statement } = z
      .looseObject({ Statement: z.array(z.looseObject({ Sid: z.string().optional() })) })
      .parse(policy?.Properties.PolicyDocument);

    expect(Statement.find(({ Sid }) => Sid === 'EncryptStream')).toMatchObject({
      Action: 'kms:GenerateDataKey',
      Condition: { StringEquals: { 'kms:ViaService': 'kinesis.eu-central-1.amazonaws.com' } },
    });
  });

  it('reaches AWS and nothing else in the network', () => {
    const group = ofType('AWS::EC2::SecurityGroup').find(({ Properties }) => Properties.GroupName === 'ingest-prod');
    const rules = ofType('AWS::EC2::SecurityGroupEgress').filter(({ Properties }) =>
      JSON.stringify(Properties.GroupId).includes(group?.id ?? 'none'),
    );

    expect(group?.Properties.SecurityGroupEgress).toEqual([expect.objectContaining({ FromPort: 443, ToPort: 443 })]);
    expect(rules).toEqual([]);
  });

  it('writes to a log group that is there first', () => {
    expect(handler?.Properties.LoggingConfig).toEqual({
      LogGroup: { Ref: expect.stringContaining('IngestFunctionLogGroup') },
    });
  });

  it('is given every variable that the application asks for, but the one that Lambda sets', () => {
    const { Variables } = z
      .object({ Variables: z.record(z.string(), z.unknown()) })
      .parse(handler?.Properties.Environment);

    expect(
      parseIngestEnvironment({ ...Variables, STREAM_NAME: 'events-prod', AWS_REGION: 'eu-central-1' }),
    ).toMatchObject({ environmentSuffix: 'prod' });
  });
});

describeStreamPipeline('the API’s function', () => {
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
      environmentSuffix: 'prod',
    });
  });
});
