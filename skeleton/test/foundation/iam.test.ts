import { flat, statementsOf } from './support/policy-statements';
import type { Statement } from './support/policy-statements';
import { ENVIRONMENTS } from './support/settings';
import { synthesize } from './support/synthesis';
import type { Resource } from './support/synthesis';

interface Found {
  readonly resource: Resource;
  readonly statement: Statement;
}

/**
 * Wildcards in the resources of permissions, each with the reason for which it is right.
 * A statement that is not here may name no wildcard.
 */
const REASONS: ReadonlyArray<readonly [where: RegExp, resource: RegExp, reason: string]> = [
  [/^AWS::KMS::Key /, /^\*$/, 'In a key policy the star is this key'],
  [
    /(Processor|Operator|Upload|Query|Worker)ExecutionPolicy.* SignInToRegistry$/,
    /^\*$/,
    'ecr:GetAuthorizationToken knows no resources',
  ],
  [/(Api|Audit|Ingest)FunctionPolicy.* LiveInNetwork$/, /^\*$/, 'Network interfaces have no ARN before they are made'],
  [/AuditTrailPolicy/, /_CloudTrail_[a-z0-9-]+\*$/, 'CloudTrail ends the names of its streams as it likes'],
  [/DatabaseMonitoringPolicy/, /:RDSOSMetrics:log-stream:\*$/, 'RDS names streams by instance ids'],
  [
    /^AWS::EC2::VPCEndpoint /,
    /^\*$/,
    "This account's principals only, and the service's own actions only: who may do what is in their policies",
  ],
  [
    /OperatorTaskPolicy.* WriteExports$/,
    /:exports-[^*]+\/\*$/,
    'Each export is an object whose name is not known before',
  ],
  [
    /(Worker|Query|Operator)TaskPolicy.* (Store|Read|Remove)Scans$/,
    /:scans-[^*]+\/\*$/,
    'Each scan is an object whose name is not known before',
  ],
  [/^AWS::EC2::VPCEndpoint .*S3/, /:scans-[^*]+\/\*$/, 'The objects of the bucket of scans'],
  [/^AWS::EC2::VPCEndpoint .*S3/, /:exports-[^*]+\/\*$/, 'The objects of the bucket of exports'],
  [/^AWS::EC2::VPCEndpoint .*S3/, /starport-layer-bucket\/\*$/, 'Image layers, in the bucket of ECR'],
  [/^AWS::Logs::LogGroup|logs/, /:\*$/, 'The streams of one log group'],
  [/^AWS::S3::BucketPolicy /, /\/\*"?\]?\]?\}?$/, 'The objects of one bucket'],
  [
    /ScaledReadersCustomResourceProviderRole/,
    /:db:\*$/,
    'The instances of a cluster are found by a filter, not by a resource',
  ],
  [
    /ScaledReadersCustomResourceProviderRole/,
    /:db:application-autoscaling-\*$/,
    'Scaling names the readers that it adds, by this beginning and an id',
  ],
  [/DefaultSGCustomResourceProviderRole/, /security-group\//, 'The default group of the network'],
];

describe.each(ENVIRONMENTS)('the policies of a pipeline %s', (_, change) => {
  const { resources, ofType } = synthesize(change);
  const found = resources.flatMap((resource) => statementsOf(resource).map((statement) => ({ resource, statement })));

  it('name every action in full', () => {
    const wild = found.filter(
      ({ statement }) => statement.Effect === 'Allow' && JSON.stringify(statement.Action).includes('*'),
    );

    expect(found.length).toBeGreaterThan(30);
    expect(wild.map(where)).toEqual([]);
  });

  it('name every resource in full, but where a reason is written', () => {
    const wild = found
      .filter(({ statement }) => statement.Effect === 'Allow')
      .flatMap((one) => one.statement.Resource.map((resource) => ({ one, text: flat(resource) })))
      .filter(({ text }) => text.includes('*'))
      .filter(({ one, text }) => !REASONS.some(([at, resource]) => at.test(where(one)) && resource.test(text)));

    expect(wild.map(({ one, text }) => `${where(one)}: ${text}`)).toEqual([]);
  });

  it('allow no account but this one, and only with a condition where anybody is named', () => {
    const anybody = found.filter(
      ({ statement }) => statement.Effect === 'Allow' && /"\*"/.test(JSON.stringify(statement.Principal ?? '')),
    );
    const open = anybody.filter(
      ({ resource, statement }) =>
        statement.Condition === undefined && !flat(statement.Resource[0]).includes('starport-layer-bucket'),
    );
    const others = found.filter(({ statement }) =>
      /"AWS":"arn:[^"]*::(?!111122223333)\d{12}/.test(JSON.stringify(statement)),
    );

    expect(open.map(where)).toEqual([]);
    expect(others.map(where)).toEqual([]);
    expect(resources.map(({ Type }) => Type)).not.toContain('AWS::IAM::User');
  });

  it('are managed policies: no role of ours holds one inline or takes one of AWS', () => {
    expect(resources.map(({ Type }) => Type)).not.toContain('AWS::IAM::Policy');
    for (const { id, Properties } of ofType('AWS::IAM::Role')) {
      expect([id, Properties.ManagedPolicyArns]).toEqual([id, undefined]);
      // The functions of custom resources, which CDK makes, have their one policy inline.
      expect([id, Properties.Policies !== undefined]).toEqual([id, id.startsWith('Custom')]);
    }
  });

  it('let a service assume a role for this account only', () => {
    // Lambda does not tell the source when it assumes the role of a function.
    const roles = ofType('AWS::IAM::Role').filter(
      ({ Properties }) => !flat(Properties.AssumeRolePolicyDocument).includes('lambda.'),
    );

    expect(roles.length).toBeGreaterThanOrEqual(4);
    for (const { Properties } of roles) {
      expect(flat(Properties.AssumeRolePolicyDocument)).toContain('"aws:SourceAccount":"111122223333"');
    }
  });
});

function where({ resource, statement }: Found): string {
  return `${resource.Type} ${resource.id} ${statement.Sid ?? ''}`.trim();
}
