import { storageAlarmBytes } from '../../../../src/workloads/imaging/alarms/files.service';
import { imagingCapacity, JOBS_PER_WORKER } from '../../../../src/workloads/imaging/capacity';
import { alarmsOf, nameOf, ROTATION_ALARMS } from '../../../foundation/support/alarms';
import { IMAGING, IMAGING_OTHER_CHOICES, settings } from '../../../foundation/support/settings';
import { synthesize } from '../../../foundation/support/synthesis';

const ALARMS = [
  'api-audit',
  'api-blocked',
  'api-errors',
  'certificate-expiry',
  'database-capacity',
  'database-connections',
  'database-cpu',
  'database-deadlocks',
  'database-readers',
  'database-replica-lag',
  'database-storage',
  'files-operations',
  'files-storage',
  'files-throughput',
  'life-events',
  'load-balancer-errors',
  'query-latency',
  'query-tasks',
  'queue-cpu',
  'queue-errors',
  'queue-memory',
  'queue-replication',
  'scan-age',
  'scan-conflicts',
  'scan-failures',
  'stream-throttled',
  'upload-tasks',
  'uploads-refused',
  'worker-tasks',
];

describe('the alarms of imaging', () => {
  const { all, notifying } = alarmsOf(synthesize(IMAGING));
  const named = (name: string) => all.find((alarm) => nameOf(alarm) === `${name}-prod`)?.Properties;

  it('are these', () => {
    expect(notifying.map(nameOf).sort()).toEqual([...ALARMS, ...ROTATION_ALARMS].map((name) => `${name}-prod`).sort());
  });

  it('go off when the oldest scan has waited for half an hour, and when one fails for good', () => {
    expect(named('scan-age')).toMatchObject({
      MetricName: 'OldestScanAgeMs',
      Statistic: 'Maximum',
      Threshold: 1_800_000,
    });
    expect(named('scan-failures')).toMatchObject({ MetricName: 'ScansFailedCount', Threshold: 0 });
  });

  it('go off when the shared files hold more than two busy hours bring, and when they are nearly as fast as they can be', () => {
    const bytes = (change: typeof IMAGING) => storageAlarmBytes(imagingCapacity(settings(change).capacity));

    expect(named('files-storage')).toMatchObject({ MetricName: 'StorageBytes', Threshold: bytes(IMAGING) });
    expect(bytes(IMAGING_OTHER_CHOICES)).toBeGreaterThan(bytes(IMAGING));
    expect(JSON.stringify(named('files-throughput')?.Metrics)).toMatch(/MeteredIOBytes.*PermittedThroughput/);
    // Elastic throughput has no burst credits, and EFS reports none of it.
    expect(synthesize(IMAGING).only('AWS::EFS::FileSystem').Properties.ThroughputMode).toBe('elastic');
  });

  it('go off thirty days before the certificate ends', () => {
    expect(named('certificate-expiry')).toMatchObject({
      Namespace: 'AWS/CertificateManager',
      MetricName: 'DaysToExpiry',
      Threshold: 30,
      ComparisonOperator: 'LessThanThreshold',
      Dimensions: [{ Name: 'CertificateArn', Value: expect.stringContaining(':certificate/1234abcd') }],
    });
  });

  it('take silence of a service for its death', () => {
    for (const name of ['upload-tasks', 'query-tasks', 'worker-tasks']) {
      expect([name, named(name)]).toEqual([
        name,
        expect.objectContaining({ Threshold: 2, TreatMissingData: 'breaching' }),
      ]);
    }
  });
});

describe('the scaling of imaging', () => {
  const { ofType } = synthesize(IMAGING);

  it('adds workers by the depth of the queue for each that runs', () => {
    const scaleOut = alarmsOf(synthesize(IMAGING)).all.find((alarm) => nameOf(alarm) === 'worker-scale-out-prod');

    expect(scaleOut?.Properties.Threshold).toBe(JOBS_PER_WORKER);
    expect(JSON.stringify(scaleOut?.Properties.Metrics)).toMatch(/depth \/ FILL\(tasks, 1\)/);
    expect(JSON.stringify(scaleOut?.Properties.Metrics)).toMatch(/QueueDepthCount/);
  });

  it('runs two tasks of each service at least, and as many at most as the tenant’s scans ask for', () => {
    const { workersMax, uploadTasksMax } = imagingCapacity(settings(IMAGING).capacity);
    const bounds = ofType('AWS::ApplicationAutoScaling::ScalableTarget')
      .filter(({ Properties }) => Properties.ServiceNamespace === 'ecs')
      .map(({ id, Properties }) => [id.replace(/Service.*/, ''), Properties.MinCapacity, Properties.MaxCapacity])
      .sort();

    expect(bounds).toEqual([
      ['Query', 2, 8],
      ['Upload', 2, uploadTasksMax],
      ['Worker', 2, workersMax],
    ]);
  });
});
