import { flat, statementsOf } from './support/policy-statements';
import { ENVIRONMENTS } from './support/settings';
import { describeStreamPipeline } from './support/stream-pipeline';
import { synthesize } from './support/synthesis';

// What holds where a stream is stored by processors and answered by functions.
const WITH_STREAM = ENVIRONMENTS.filter(([, { workload }]) => workload !== 'imaging');

describeStreamPipeline('what only pipelines have that store a stream', () => {
  describe.each(WITH_STREAM)('the policies of a pipeline %s', (_, change) => {
    const { ofType } = synthesize(change);

    it('let the processor read its stream, its secret and nothing else', () => {
      const policy = ofType('AWS::IAM::ManagedPolicy').find(({ id }) => id.startsWith('ProcessorTaskPolicy'));
      const actions = statementsOf(policy).flatMap(({ Action }) => Action);

      expect([...new Set(actions)].sort()).toEqual([
        'kinesis:GetRecords',
        'kinesis:GetShardIterator',
        'kinesis:ListShards',
        'kms:Decrypt',
        'secretsmanager:GetSecretValue',
      ]);
      const secrets = JSON.stringify(policy?.Properties.PolicyDocument).match(/:secret:[\w/-]+/g);
      expect([...new Set(secrets)].sort()).toEqual([
        ...(change.secrets?.cacheAuthTokenArn === undefined ? [] : [':secret:st-luke/cache-d4E5f6']),
        ':secret:st-luke/database-a1B2c3',
      ]);
    });

    it('let the ingest function write to the stream, and read neither it nor anything else', () => {
      const policy = ofType('AWS::IAM::ManagedPolicy').find(({ id }) => id.startsWith('IngestFunctionPolicy'));
      const actions = statementsOf(policy)
        .filter(({ Sid }) => !['LiveInNetwork', 'ButNotFromItsCode', 'WriteLog'].includes(Sid ?? ''))
        .flatMap(({ Action }) => Action);

      expect(actions.sort()).toEqual(['kinesis:PutRecords', 'kms:Decrypt', 'kms:GenerateDataKey']);
    });

    it('let the operator write exports, which it cannot read back', () => {
      const policy = ofType('AWS::IAM::ManagedPolicy').find(({ id }) => id.startsWith('OperatorTaskPolicy'));
      const actions = new Set(statementsOf(policy).flatMap(({ Action }) => Action));

      expect(actions).toContain('s3:PutObject');
      expect(
        [...actions].filter((action) =>
          /^(s3:(?!PutObject$|AbortMultipartUpload$)|kinesis:|ecs:|iam:)/.test(String(action)),
        ),
      ).toEqual([]);
    });

    it('let every reader of the secret decrypt it when it has a key of its own', () => {
      const keyArn = change.secrets?.databaseKeyArn;
      const audit = change.workload === 'records' ? ['AuditFunctionPolicy'] : [];
      const readers = ['ProcessorTaskPolicy', 'OperatorTaskPolicy', 'ApiFunctionPolicy', ...audit].map((prefix) =>
        ofType('AWS::IAM::ManagedPolicy').find(({ id }) => id.startsWith(prefix)),
      );

      for (const reader of readers) {
        const grants = statementsOf(reader).filter(({ Resource }) => Resource.includes(keyArn ?? 'none'));
        expect(grants.map(({ Action }) => Action)).toEqual(keyArn === undefined ? [] : [['kms:Decrypt']]);
      }
    });

    it('let the function make network interfaces, but not from its code', () => {
      const policy = ofType('AWS::IAM::ManagedPolicy').find(({ id }) => id.startsWith('ApiFunctionPolicy'));
      const [allow, deny] = ['LiveInNetwork', 'ButNotFromItsCode'].map((sid) =>
        statementsOf(policy).find(({ Sid }) => Sid === sid),
      );

      expect(deny).toMatchObject({ Effect: 'Deny', Action: allow?.Action });
      expect(flat(deny?.Condition)).toContain(':function:api-');
    });
  });
});
