import { EVERYTHING, OTHER_CHOICES } from './support/settings';
import { itOfStreamPipelines } from './support/stream-pipeline';
import { synthesize } from './support/synthesis';

const DATABASE = 'rds';

describe('the readers of the database', () => {
  const { ofType, only } = synthesize();
  const target = targetOf(synthesize());

  it('are scaled between the tenant’s limits, by their processor use: out quickly, in slowly', () => {
    expect(target?.Properties).toMatchObject({
      ScalableDimension: 'rds:cluster:ReadReplicaCount',
      ResourceId: 'cluster:database-prod',
      MinCapacity: 1,
      MaxCapacity: 3,
    });
    const policy = ofType('AWS::ApplicationAutoScaling::ScalingPolicy').find(
      ({ Properties }) => Properties.PolicyName === 'database-readers-prod',
    );
    expect(policy?.Properties).toMatchObject({
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: {
        PredefinedMetricSpecification: { PredefinedMetricType: 'RDSReaderAverageCPUUtilization' },
        ScaleOutCooldown: 180,
        ScaleInCooldown: 1800,
      },
    });
    expect(policy?.Properties.ScalingTargetId).toEqual({ Ref: target?.id });
  });

  itOfStreamPipelines(
    'are, of the stack’s own, as many as always run, each zone in turn, the first as big as the writer',
    () => {
      const other = synthesize(OTHER_CHOICES);
      const instances = other
        .ofType('AWS::RDS::DBInstance')
        .map(({ Properties }) => [
          Properties.DBInstanceIdentifier,
          Properties.AvailabilityZone,
          Properties.PromotionTier,
        ]);

      expect(instances).toEqual([
        ['database-a-a2345678901234567890', 'ca-central-1a', 0],
        ['database-b-a2345678901234567890', 'ca-central-1b', 1],
        ['database-c-a2345678901234567890', 'ca-central-1d', 2],
      ]);
      expect(targetOf(other)?.Properties).toMatchObject({ MinCapacity: 2, MaxCapacity: 15 });
    },
  );

  it('that were added are deleted with the stack: after scaling has ended and before the cluster', () => {
    const removal = only('Custom::ScaledReaders');

    // CloudFormation deletes in the reverse order of dependencies.
    expect(target?.DependsOn).toContain(removal.id);
    expect(removal.DependsOn).toEqual(expect.arrayContaining(ofType('AWS::RDS::DBInstance').map(({ id }) => id)));
    expect(removal.DependsOn).toContain(only('AWS::RDS::DBCluster').id);
    expect(removal.Properties.ClusterIdentifier).toBe('database-prod');
  });

  it('are deleted by a function that may delete no other instance', () => {
    const role = ofType('AWS::IAM::Role').find(
      ({ Properties }) => Properties.RoleName === 'scaled-reader-remover-prod',
    );
    const policies = JSON.stringify(role?.Properties.Policies);

    expect(policies).toMatch(/"Action":\["rds:DeleteDBInstance"\],"Resource":\[[^\]]*:db:application-autoscaling-\*"/);
    expect([...(policies.match(/rds:[A-Z]\w+/g) ?? [])].sort()).toEqual([
      'rds:DeleteDBInstance',
      'rds:DescribeDBInstances',
    ]);
  });

  itOfStreamPipelines('stay as they are, without scaling and its function, where both limits are the same', () => {
    const fixed = synthesize({ ...EVERYTHING, capacity: { databaseReadersMin: 2, databaseReadersMax: 2 } });

    expect(targetOf(fixed)).toBeUndefined();
    expect(fixed.ofType('AWS::RDS::DBInstance')).toHaveLength(3);
    expect(JSON.stringify(fixed.resources)).not.toContain('ScaledReaders');
  });
});

function targetOf({ ofType }: ReturnType<typeof synthesize>) {
  return ofType('AWS::ApplicationAutoScaling::ScalableTarget').find(
    ({ Properties }) => Properties.ServiceNamespace === DATABASE,
  );
}
