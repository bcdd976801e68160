import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnLoggingConfiguration, CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { EncryptedLogGroup } from './log-group';
import type { Names } from './naming';

/** Requests that one address may send in five minutes before it is blocked. */
const REQUESTS_PER_ADDRESS = 10_000;

export interface ApiFirewallProps {
  readonly names: Names;
  /** ARN of the stage to protect. */
  readonly stageArn: string;
  readonly logKey: IKey;
  readonly logRetentionDays: number;
}

/**
 * A web ACL before the API: blocks addresses of ill repute, known attacks, and floods. It neither samples requests nor logs their query,
 * since both would hold a patient's id.
 */
export class ApiFirewall extends Construct {
  constructor(scope: Construct, id: string, { names, stageArn, logKey, logRetentionDays }: ApiFirewallProps) {
    super(scope, id);
    const webAcl = new CfnWebACL(this, 'WebAcl', {
      name: names.of('api'),
      description: 'Protects the FHIR API',
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
        {
          name: 'RequestsPerAddress',
          priority: 2,
          action: { block: {} },
          statement: { rateBasedStatement: { aggregateKeyType: 'IP', limit: REQUESTS_PER_ADDRESS } },
          visibilityConfig: visibility('RequestsPerAddress'),
        },
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
      ],
    });
  }
}

function visibility(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false };
}
