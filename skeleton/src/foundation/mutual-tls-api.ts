import { Duration, Stack } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  AccessLogField,
  AuthorizationType,
  CfnClientCertificate,
  CfnMethod,
  CfnStage,
  ConnectionType,
  EndpointType,
  Integration,
  IntegrationType,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RequestValidator,
  ResponseTransferMode,
  RestApi,
  VpcLink,
} from 'aws-cdk-lib/aws-apigateway';
import type { Method } from 'aws-cdk-lib/aws-apigateway';
import { CfnVpcLink } from 'aws-cdk-lib/aws-apigatewayv2';
import type { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import { cfn } from './cfn';
import { EncryptedLogGroup } from './log-group';
import { MutualTlsDomain } from './mutual-tls-domain';
import type { MutualTlsDomainProps } from './mutual-tls-domain';
import type { Names } from './naming';
import type { Network } from './network';
import { addProblemResponses } from './problem-responses';
import type { Throttle } from './throttle';

/** The header by which programs know who calls. Only the gateway writes it: the firewall blocks requests that bring one. */
export const CERTIFICATE_SUBJECT_HEADER = 'X-Client-Certificate-Subject';

/**
 * How long an answer may take, and go on. Longer than 29 seconds only with streamed answers, which may take a quarter of an hour (Amazon API
 * Gateway Developer Guide, "Stream the integration response for your proxy integrations").
 */
const ANSWER_TIMEOUT = Duration.minutes(15);

/** One method of one path of the API. */
export interface GatewayRoute {
  readonly method: 'DELETE' | 'GET' | 'HEAD' | 'OPTIONS' | 'PATCH' | 'POST';
  /** Path below the stage, such as `uploads/{upload}`. */
  readonly path: string;
  /** Headers without which the gateway answers 400 by itself. What they may say, the application knows. */
  readonly requiredHeaders?: readonly string[];
}

export interface MutualTlsApiProps extends Omit<MutualTlsDomainProps, 'api'> {
  readonly names: Names;
  readonly network: Network;
  readonly description: string;
  readonly routes: readonly GatewayRoute[];
  readonly throttle: Throttle;
  readonly logKey: IKey;
  readonly logRetentionDays: number;
}

/**
 * A regional REST API that is reached by mutual TLS only, before a load balancer within the network: it knows the paths there are, asks for the
 * headers that must be there, throttles, and tells the programs whose certificate it saw.
 *
 * Bodies pass byte for byte, 10 MB of a request at the most, and answers as they come: of each the first 10 MB at once and the rest at 2 MB/s,
 * for a quarter of an hour (the same page of the Developer Guide). The log has no paths and no queries, which name patients.
 */
export class MutualTlsApi extends Construct {
  readonly api: RestApi;
  readonly domain: MutualTlsDomain;
  /** Of the gateway's interfaces in the network. */
  readonly linkSecurityGroup: SecurityGroup;
  private readonly props: MutualTlsApiProps;
  private readonly link: CfnVpcLink;

  constructor(scope: Construct, id: string, props: MutualTlsApiProps) {
    super(scope, id);
    this.props = props;
    const { names, network } = props;
    this.linkSecurityGroup = network.securityGroup(this, names, 'vpc-link', 'Gateway: TLS to the load balancer');
    this.link = new CfnVpcLink(this, 'Link', {
      name: names.of('scans'),
      subnetIds: network.vpc.selectSubnets(network.privateSubnets).subnetIds,
      securityGroupIds: [this.linkSecurityGroup.securityGroupId],
    });
    this.api = this.restApi();
    // The construct's own output: our list has the address, under a name that is documented.
    if (!this.api.node.tryRemoveChild('Endpoint')) throw new Error('RestApi no longer makes an output of its own.');
    this.makeExecutionLogFirst();
    addProblemResponses(this.api);
    this.domain = new MutualTlsDomain(this, 'Domain', { ...props, api: this.api });
    this.acknowledgeFindings();
  }

  /** Sends every route to a load balancer, by its ARN. Its certificate must be of the domain's name. */
  sendTo(loadBalancerArn: string): void {
    const { names, routes } = this.props;
    const validator = new RequestValidator(this, 'Validator', {
      restApi: this.api,
      requestValidatorName: names.of('parameters'),
      validateRequestParameters: true,
      validateRequestBody: true,
    });
    for (const route of routes) {
      const parameters = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
      const method = this.api.root
        .resourceForPath(route.path)
        .addMethod(route.method, this.integration(route, parameters), {
          requestValidator: validator,
          requestParameters: Object.fromEntries([
            ...parameters.map((name) => [`method.request.path.${name}`, true] as const),
            ...(route.requiredHeaders ?? []).map((name) => [`method.request.header.${name}`, true] as const),
          ]),
        });
      // CDK knows load balancers behind a link of the first kind only.
      cfn(method, CfnMethod).addPropertyOverride('Integration.IntegrationTarget', loadBalancerArn);
      acknowledgeMethod(method);
    }
  }

  get domainName(): string {
    return this.props.domainName;
  }

  /** Base URL, ending in a slash. */
  get url(): string {
    return `https://${this.props.domainName}/`;
  }

  /** ARN of the stage, as WAF names it. */
  get stageArn(): string {
    const { partition, region } = Stack.of(this);
    return `arn:${partition}:apigateway:${region}::/restapis/${this.api.restApiId}/stages/${this.api.deploymentStage.stageName}`;
  }

  private restApi(): RestApi {
    const { names, throttle, logKey, logRetentionDays, description } = this.props;
    const accessLog = new EncryptedLogGroup(this, 'AccessLog', {
      logGroupName: `/pipeline/${names.of('api-access')}`,
      key: logKey,
      retentionDays: logRetentionDays,
    });
    return new RestApi(this, 'Api', {
      restApiName: names.of('api'),
      description,
      endpointTypes: [EndpointType.REGIONAL],
      disableExecuteApiEndpoint: true,
      cloudWatchRole: false,
      binaryMediaTypes: ['*/*'],
      defaultMethodOptions: { authorizationType: AuthorizationType.NONE },
      deployOptions: {
        stageName: names.suffix,
        clientCertificateId: new CfnClientCertificate(this, 'ClientCertificate', {
          description: `Presented by ${names.of('api')} to its integrations`,
        }).ref,
        throttlingRateLimit: throttle.requestsPerSecond,
        throttlingBurstLimit: throttle.burst,
        metricsEnabled: true,
        // At level INFO, or with data trace, the log would hold paths, queries and bodies, that is, patient data.
        loggingLevel: MethodLoggingLevel.ERROR,
        dataTraceEnabled: false,
        cachingEnabled: false,
        tracingEnabled: false,
        accessLogDestination: new LogGroupLogDestination(accessLog),
        accessLogFormat: accessLogFormat(),
      },
    });
  }

  private integration({ method, path }: GatewayRoute, parameters: readonly string[]): Integration {
    return new Integration({
      type: IntegrationType.HTTP_PROXY,
      integrationHttpMethod: method,
      uri: `https://${this.props.domainName}/${path}`,
      options: {
        connectionType: ConnectionType.VPC_LINK,
        vpcLink: VpcLink.fromVpcLinkId(this, `Link-${method}-${path.replace(/\W+/g, '-')}`, this.link.ref),
        responseTransferMode: ResponseTransferMode.STREAM,
        timeout: ANSWER_TIMEOUT,
        requestParameters: {
          ...Object.fromEntries(
            parameters.map((name) => [`integration.request.path.${name}`, `method.request.path.${name}`]),
          ),
          [`integration.request.header.${CERTIFICATE_SUBJECT_HEADER}`]: 'context.identity.clientCert.subjectDN',
        },
      },
    });
  }

  /** API Gateway writes its execution log to a group of this exact name and makes it, without key and retention, when it is missing. */
  private makeExecutionLogFirst(): void {
    const { names, logKey, logRetentionDays } = this.props;
    const executionLog = new EncryptedLogGroup(this, 'ExecutionLog', {
      logGroupName: `API-Gateway-Execution-Logs_${this.api.restApiId}/${names.suffix}`,
      key: logKey,
      retentionDays: logRetentionDays,
    });
    this.api.deploymentStage.node.addDependency(executionLog);
  }

  private acknowledgeFindings(): void {
    const stage = cfn(this.api.deploymentStage, CfnStage);
    acknowledge(
      stage,
      { hipaa: ['APIGWCacheEnabledAndEncrypted'] },
      'Answers hold patient data and each read must leave its own audit record, so none may come from a cache.',
    );
    acknowledge(
      stage,
      { hipaa: ['APIGWXrayEnabled'] },
      "A trace would carry request URLs, which name a patient, into X-Ray, whose key is the account's and not this stack's. Access log and metrics tell latency and errors.",
    );
  }
}

function acknowledgeMethod(method: Method): void {
  acknowledge(
    method,
    { solutions: ['APIG4', 'COG4'] },
    'Callers are systems of hospitals, which show a certificate of an authority in the truststore before any request is read; there is no user pool.',
  );
}

/** Who called which operation, when, with what result and how fast. Not the path and not the query: they name patients. */
function accessLogFormat(): AccessLogFormat {
  return AccessLogFormat.custom(
    JSON.stringify({
      requestId: AccessLogField.contextRequestId(),
      requestTime: AccessLogField.contextRequestTime(),
      sourceIp: AccessLogField.contextIdentitySourceIp(),
      principal: '$context.identity.clientCert.subjectDN',
      issuer: '$context.identity.clientCert.issuerDN',
      serialNumber: '$context.identity.clientCert.serialNumber',
      userAgent: AccessLogField.contextIdentityUserAgent(),
      httpMethod: AccessLogField.contextHttpMethod(),
      resourcePath: AccessLogField.contextResourcePath(),
      status: AccessLogField.contextStatus(),
      responseLength: AccessLogField.contextResponseLength(),
      responseLatencyMs: AccessLogField.contextResponseLatency(),
      integrationLatencyMs: AccessLogField.contextIntegrationLatency(),
      integrationStatus: AccessLogField.contextIntegrationStatus(),
      errorType: AccessLogField.contextErrorResponseType(),
      tlsVersion: '$context.tlsVersion',
    }),
  );
}
