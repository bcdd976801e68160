import { settings } from './support/settings';
import { synthesize } from './support/synthesis';

describe('the functions of custom resources', () => {
  const { ofType } = synthesize();
  // A database with readers that scale brings one more.
  const ofReaders = settings().workload === 'records' ? [] : ['scaled-reader-remover-prod'];
  const functions = ofType('AWS::Lambda::Function').filter(({ id }) => id.startsWith('Custom'));

  it('are known: a new one must get its name and log group too', () => {
    expect(functions.map(({ Properties }) => Properties.FunctionName).sort()).toEqual([
      'bucket-emptier-prod',
      'default-group-closer-prod',
      ...ofReaders,
    ]);
  });

  it('write to a log group of ours that is there first and goes last', () => {
    for (const { Properties, DependsOn } of functions) {
      const group = ofType('AWS::Logs::LogGroup').find(
        (one) => one.Properties.LogGroupName === `/aws/lambda/${String(Properties.FunctionName)}`,
      );
      expect(Properties.LoggingConfig).toEqual({ LogGroup: { Ref: group?.id } });
      expect(DependsOn).toContain(group?.id);
    }
  });

  it('cannot make another log group', () => {
    const roles = ofType('AWS::IAM::Role').filter(({ id }) => id.startsWith('Custom'));

    expect(roles).toHaveLength(functions.length);
    for (const { Properties } of roles) {
      expect(Properties.ManagedPolicyArns).toBeUndefined();
      expect(JSON.stringify(Properties.Policies)).not.toContain('logs:CreateLogGroup');
      expect(JSON.stringify(Properties.Policies)).toContain('logs:PutLogEvents');
    }
  });
});
