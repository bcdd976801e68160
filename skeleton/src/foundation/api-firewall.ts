import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnLoggingConfiguration, CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { EncryptedLogGroup } from './log-group';
import type { Names } from './naming';

/** Reads that one address may send in five minutes before it is blocked. */
const READS_PER_ADDRESS = 10_000;

/** The period in which WAF counts the requests of an address, by default (AWS WAF Developer Guide, "Rate-based rule statement"). */
const RATE_PERIOD_SECONDS = 300;
/** The most that a rate-based rule counts to (AWS WAF API Reference, "RateBasedStatement"). */
const RATE_LIMIT_MAX = 2_000_000_000;

export interface ApiFirewallProps {
  readonly names: Names;
  /** ARN of the stage to protect. */
  readonly stageArn: string;
  /** What it protects, for its description. Default: the FHIR API. */
  readonly description?: string;
  /** Methods that write. All others read. */
  readonly writeMethods: ReadonlyArray<'DELETE' | 'PATCH' | 'POST' | 'PUT'>;
  /** Writes a second that the API takes in the long run. One address may send that many, since a hospital may have one only. */
  readonly ingestRequestsPerSecond: number;
  /** Headers, in lower case, that the gateway sets for the application: a request that brings one itself is blocked. Default: none. */
  readonly reservedHeaders?: readonly string[];
  /** Headers, in lower case, that may tell of a patient, and are not logged. Default: none. */
  readonly privateHeaders?: readonly string[];
  /** Whether paths tell of a patient, and are not logged. Default: they do not. */
  readonly privatePaths?: boolean;
  readonly logKey: IKey;
  readonly logRetentionDays: number;
}

/**
 * A web ACL before the API: blocks addresses of ill repute, known attacks, and floods. It neither samples requests nor logs their query,
 * since both would hold a patient's id.
 *
 * Bodies pass whatever their size. WAF sees the first 16 KB of one before API Gateway, and the rule sets chosen here go on with what they see
 * (AWS WAF Developer Guide, "Managing body inspection size limits for AWS WAF"); AWS's core rule set would refuse every body over 8 KB,
 * so it is not among them. How large a body may be, the application says.
 */
export class ApiFirewall extends Construct {
  constructor(scope: Construct, id: string, props: ApiFirewallProps) {
    super(scope, id);
    const { names, stageArn, ingestRequestsPerSecond, logKey, logRetentionDays } = props;
    const write = anyMethod(props.writeMethods);
    const webAcl = new CfnWebACL(this, 'WebAcl', {
      name: names.of('api'),
      description: props.description ?? 'Protects the FHIR API',
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visibility(names.of('api')),
      rules: [
        ...['AWSManagedRulesAmazonIpReputationList', 'AWSManagedRulesKnownBadInputsRuleSet'].map((ruleSet, index) => ({
          name: ruleSet,
          priority: index,
          overrideAction: { none: {} },
          statement: { managedRuleGroupStatement: { vendorName: 'AWS', name: ruleSet } },
          visibilityConfig: visibility(ruleSet),
        })),
        perAddress('ReadsPerAddress', 2, READS_PER_ADDRESS, { notStatement: { statement: write } }),
        perAddress(
          'WritesPerAddress',
          3,
          Math.min(RATE_LIMIT_MAX, ingestRequestsPerSecond * RATE_PERIOD_SECONDS),
          write,
        ),
        ...(props.reservedHeaders ?? []).map((header, index) => reserved(header, 4 + index)),
      ],
    });
    new CfnWebACLAssociation(this, 'Association', { resourceArn: stageArn, webAclArn: webAcl.attrArn });

    const logGroup = new EncryptedLogGroup(this, 'Log', {
      // WAF writes only to groups whose name begins so (AWS WAF Developer Guide, "Logging to CloudWatch Logs").
      logGroupName: `aws-waf-logs-${names.of('api')}`,
      key: logKey,
      retentionDays: logRetentionDays,
    });
    new CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: webAcl.attrArn,
      logDestinationConfigs: [logGroup.logGroupArn],
      redactedFields: [
        { queryString: {} },
        { singleHeader: { Name: 'authorization' } },
        { singleHeader: { Name: 'x-amz-security-token' } },
        ...(props.privateHeaders ?? []).map((Name) => ({ singleHeader: { Name } })),
        ...(props.privatePaths === true ? [{ uriPath: {} }] : []),
      ],
    });
  }
}

/** Requests of some methods. WAF joins two conditions or more. */
function anyMethod(methods: readonly string[]): CfnWebACL.StatementProperty {
  const statements = methods.map((method) => ({
    byteMatchStatement: {
      fieldToMatch: { method: {} },
      positionalConstraint: 'EXACTLY',
      searchString: method,
      textTransformations: [{ priority: 0, type: 'NONE' }],
    },
  }));
  const [only, ...others] = statements;
  return only !== undefined && others.length === 0 ? only : { orStatement: { statements } };
}

/** Blocks an address that sends more requests of a kind than it may. */
function perAddress(
  name: string,
  priority: number,
  limit: number,
  scopeDownStatement: CfnWebACL.StatementProperty,
): CfnWebACL.RuleProperty {
  return {
    name,
    priority,
    action: { block: {} },
    statement: { rateBasedStatement: { aggregateKeyType: 'IP', limit, scopeDownStatement } },
    visibilityConfig: visibility(name),
  };
}

/** Blocks requests that bring a header which is not theirs to bring. */
function reserved(header: string, priority: number): CfnWebACL.RuleProperty {
  const name = `Reserved-${header}`;
  return {
    name,
    priority,
    action: { block: {} },
    statement: {
      sizeConstraintStatement: {
        fieldToMatch: { singleHeader: { Name: header } },
        comparisonOperator: 'GE',
        size: 0,
        textTransformations: [{ priority: 0, type: 'NONE' }],
      },
    },
    visibilityConfig: visibility(name),
  };
}

function visibility(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false };
}
