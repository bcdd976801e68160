import { RdsDouble } from './rds-double';
import { removeScaledReaders } from '../../../src/foundation/scaled-readers/remove-scaled-readers';

const inCluster = (status: string) => ({ cluster: 'database-prod', status });
const remove = async (rds: RdsDouble, patienceMs = 5_000) =>
  removeScaledReaders({
    rds: rds.client,
    clusterIdentifier: 'database-prod',
    deadlineMs: Date.now() + patienceMs,
    pauseMs: 5,
  });

describe('removing the readers that scaling added', () => {
  it('deletes them, on whatever page they are, and no other instance of the cluster or of another one', async () => {
    const rds = new RdsDouble({
      'database-a-prod': inCluster('available'),
      'application-autoscaling-1': inCluster('available'),
      'database-b-prod': inCluster('available'),
      'application-autoscaling-2': inCluster('available'),
      'application-autoscaling-3': { cluster: 'database-test', status: 'available' },
    });

    expect(await remove(rds)).toEqual(['application-autoscaling-1', 'application-autoscaling-2']);
    expect(rds.withStatus('deleting')).toEqual(['application-autoscaling-1', 'application-autoscaling-2']);
  });

  it('has nothing to do where scaling added none', async () => {
    expect(await remove(new RdsDouble({ 'database-a-prod': inCluster('available') }))).toEqual([]);
  });

  it('leaves alone what is being deleted already', async () => {
    expect(await remove(new RdsDouble({ 'application-autoscaling-1': inCluster('deleting') }))).toEqual([]);
  });

  it('waits for one that is still being made', async () => {
    const rds = new RdsDouble({ 'application-autoscaling-1': inCluster('creating') });
    rds.beforeAnswer = (requestsCount) => {
      if (requestsCount === 4) rds.instances.set('application-autoscaling-1', inCluster('available'));
    };

    expect(await remove(rds)).toEqual(['application-autoscaling-1']);
  });

  it('takes one that vanished meanwhile for deleted', async () => {
    const rds = new RdsDouble({ 'application-autoscaling-1': inCluster('available') });
    rds.beforeAnswer = (requestsCount) => {
      if (requestsCount === 1) rds.instances.clear();
    };

    expect(await remove(rds)).toEqual(['application-autoscaling-1']);
  });

  it('gives up at its deadline, and says which reader is left, in which state, and what to do', async () => {
    const rds = new RdsDouble({ 'application-autoscaling-1': inCluster('creating') });

    await expect(remove(rds, 20)).rejects.toThrow(
      /database-prod cannot be deleted yet: application-autoscaling-1 \(creating\)\. Delete the stack again/,
    );
  });

  it('tells whatever else hinders it', async () => {
    const rds = new RdsDouble({});
    rds.beforeAnswer = () => {
      throw new Error('no way to RDS');
    };

    await expect(remove(rds)).rejects.toThrow('no way to RDS');
  });
});
