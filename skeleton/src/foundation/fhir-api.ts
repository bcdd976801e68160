import { Duration, Stack } from 'aws-cdk-lib';
import {
  AccessLogField,
  AccessLogFormat,
  AuthorizationType,
  CfnClientCertificate,
  CfnStage,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RequestValidator,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { MethodDeploymentOptions } from 'aws-cdk-lib/aws-apigateway';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import { cfn } from './cfn';
import { addFhirErrorResponses } from './fhir-error-responses';
import { EncryptedLogGroup } from './log-group';
import type { Names } from './naming';
import type { Throttle } from './throttle';

/** One method of one path of the API, and the function that answers it. */
export interface ApiRoute {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Path below the stage, such as `Observation/$lastn` or `{resourceType}/{id}`. The root is the empty text. */
  readonly path: string;
  readonly handler: IFunction;
  /** Query parameters without which the gateway answers 400 by itself. What else is legal, the application knows. */
  readonly requiredParameters?: readonly string[];
  /** A limit of the route's own. Default: it shares the API's. */
  readonly throttle?: Throttle;
}

export interface FhirApiProps {
  readonly names: Names;
  readonly routes: readonly ApiRoute[];
  /** What all routes share that have no limit of their own. */
  readonly throttle: Throttle;
  /** Media types of bodies that are handed on byte for byte, such as those whose character set stands in the body. Default: none. */
  readonly binaryMediaTypes?: readonly string[];
  readonly logKey: IKey;
  readonly logRetentionDays: number;
}

/**
 * A regional REST API before functions: every method wants a request signed with SigV4 by a principal that IAM allows, over TLS 1.2 or
 * higher; requests are validated, throttled and logged without their query, which names a patient. Bodies are the application's to judge:
 * the gateway knows JSON schemas only, and would answer without the place of the fault.
 *
 * The account's own role for API Gateway's logs (`AWS::ApiGateway::Account`) belongs to the account's bootstrap, since there is one for all
 * stacks of a region.
 */
export class FhirApi extends Construct {
  readonly api: RestApi;

  constructor(scope: Construct, id: string, props: FhirApiProps) {
    super(scope, id);
    const { names, routes, throttle, logKey, logRetentionDays } = props;
    const stageName = names.suffix;
    const accessLog = new EncryptedLogGroup(this, 'AccessLog', {
      logGroupName: `/pipeline/${names.of('api-access')}`,
      key: logKey,
      retentionDays: logRetentionDays,
    });
    this.api = new RestApi(this, 'Api', {
      restApiName: names.of('api'),
      description: 'FHIR R4 API of the pipeline',
      endpointTypes: [EndpointType.REGIONAL],
      cloudWatchRole: false,
      binaryMediaTypes: [...(props.binaryMediaTypes ?? [])],
      defaultMethodOptions: { authorizationType: AuthorizationType.IAM },
      deployOptions: {
        stageName,
        clientCertificateId: new CfnClientCertificate(this, 'ClientCertificate', {
          description: `Presented by ${names.of('api')} to its integrations`,
        }).ref,
        ...methodSettings(throttle),
        // Settings of one method take the place of all the others, so they are said in full again.
        methodOptions: Object.fromEntries(
          routes.flatMap((route) =>
            route.throttle === undefined
              ? []
              : [[`/${route.path}/${route.method}`, methodSettings(route.throttle)] as const],
          ),
        ),
        tracingEnabled: false,
        accessLogDestination: new LogGroupLogDestination(accessLog),
        accessLogFormat: accessLogFormat(),
      },
    });
    // The construct's own output: our list has the address, under a name that is documented.
    if (!this.api.node.tryRemoveChild('Endpoint')) throw new Error('RestApi no longer makes an output of its own.');
    this.makeExecutionLogFirst(stageName, logKey, logRetentionDays);
    addFhirErrorResponses(this.api);

    const validator = new RequestValidator(this, 'Validator', {
      restApi: this.api,
      requestValidatorName: names.of('parameters'),
      validateRequestParameters: true,
      validateRequestBody: true,
    });
    const integrations = new Map(
      routes.map(({ handler }) => [
        handler,
        new LambdaIntegration(handler, { proxy: true, allowTestInvoke: false, timeout: Duration.seconds(29) }),
      ]),
    );
    for (const { method: httpMethod, path, handler, requiredParameters = [] } of routes) {
      const resource = path === '' ? this.api.root : this.api.root.resourceForPath(path);
      const method = resource.addMethod(httpMethod, integrations.get(handler), {
        requestValidator: validator,
        requestParameters: Object.fromEntries(
          requiredParameters.map((parameter) => [`method.request.querystring.${parameter}`, true]),
        ),
      });
      acknowledge(
        method,
        { solutions: ['COG4'] },
        'Callers are systems of the hospital, which sign their requests with SigV4 and are allowed by IAM; there is no user pool.',
      );
    }
    this.acknowledgeFindings();
  }

  /** API Gateway writes its execution log to a group of this exact name and makes it, without key and retention, when it is missing. */
  private makeExecutionLogFirst(stageName: string, key: IKey, retentionDays: number): void {
    const executionLog = new EncryptedLogGroup(this, 'ExecutionLog', {
      logGroupName: `API-Gateway-Execution-Logs_${this.api.restApiId}/${stageName}`,
      key,
      retentionDays,
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

  /** Base URL, ending in a slash. */
  get url(): string {
    return this.api.url;
  }

  get apiId(): string {
    return this.api.restApiId;
  }

  /** ARN of the stage, as WAF names it. */
  get stageArn(): string {
    const { partition, region } = Stack.of(this);
    return `arn:${partition}:apigateway:${region}::/restapis/${this.api.restApiId}/stages/${this.api.deploymentStage.stageName}`;
  }
}

function methodSettings({ requestsPerSecond, burst }: Throttle): MethodDeploymentOptions {
  return {
    throttlingRateLimit: requestsPerSecond,
    throttlingBurstLimit: burst,
    metricsEnabled: true,
    // At level INFO, or with data trace, the log would hold queries and bodies, that is, patient data.
    loggingLevel: MethodLoggingLevel.ERROR,
    dataTraceEnabled: false,
    cachingEnabled: false,
  };
}

/** Who called which operation, when, with what result and how fast. Not the query: it names a patient. */
function accessLogFormat(): AccessLogFormat {
  return AccessLogFormat.custom(
    JSON.stringify({
      requestId: AccessLogField.contextRequestId(),
      requestTime: AccessLogField.contextRequestTime(),
      sourceIp: AccessLogField.contextIdentitySourceIp(),
      principal: AccessLogField.contextIdentityUserArn(),
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
