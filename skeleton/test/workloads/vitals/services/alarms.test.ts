import { alarmsOf, COMMON_ALARMS, nameOf, ROTATION_ALARMS } from '../../../foundation/support/alarms';
import { EVERYTHING } from '../../../foundation/support/settings';
import type { AnswersChange } from '../../../foundation/support/settings';
import { synthesize } from '../../../foundation/support/synthesis';

const ALARMS = [
  ...COMMON_ALARMS,
  'database-capacity',
  'database-deadlocks',
  'database-readers',
  'database-replica-lag',
  'database-storage',
];

/** Those of the cache, where there is one. */
const CACHE_ALARMS = [
  'cache-cpu',
  'cache-errors',
  'cache-evictions',
  'cache-follow-up',
  'cache-memory',
  'cache-replication',
];

describe.each<[string, AnswersChange, readonly string[]]>([
  ['by default', { workload: 'vitals' }, [...ALARMS, ...ROTATION_ALARMS]],
  ['with a cache', EVERYTHING, [...ALARMS, ...ROTATION_ALARMS, ...CACHE_ALARMS]],
  ['whose password another changes', { workload: 'vitals', secrets: { rotation: 'managedElsewhere' } }, ALARMS],
])('the alarms of vitals %s', (_, change, expected) => {
  it('are these', () => {
    const { notifying } = alarmsOf(synthesize(change));

    expect(notifying.map(nameOf).sort()).toEqual(expected.map((name) => `${name}-prod`).sort());
  });
});

describe('the alarms of a large cache', () => {
  const { notifying } = alarmsOf(
    synthesize({ ...EVERYTHING, capacity: { peakEventsPerSecond: 1000, cacheNodeGroups: 20 } }),
  );
  const memory = notifying.filter((alarm) => nameOf(alarm).startsWith('cache-memory'));

  it('look at every node, ten an alarm, since CloudWatch combines no more', () => {
    const nodes = memory.map(
      ({ Properties }) => [...JSON.stringify(Properties.Metrics).matchAll(/"CacheClusterId"/g)].length,
    );

    expect(memory.map(nameOf)).toEqual([
      'cache-memory-prod',
      'cache-memory-2-prod',
      'cache-memory-3-prod',
      'cache-memory-4-prod',
    ]);
    expect(nodes).toEqual([10, 10, 10, 10]);
    for (const { Properties } of memory) expect(Properties.AlarmDescription).toMatch(/#cache-memory$/);
  });
});

describe('the alarms of the readers', () => {
  const { all } = alarmsOf(synthesize({ workload: 'vitals' }));

  it('count a database without a reader that reports as one without a reader', () => {
    const readers = all.find((alarm) => nameOf(alarm) === 'database-readers-prod');

    expect(readers?.Properties).toMatchObject({ Statistic: 'SampleCount', TreatMissingData: 'breaching' });
    expect(readers?.Properties.Dimensions).toContainEqual({ Name: 'Role', Value: 'READER' });
  });
});

describe('the dashboard of vitals', () => {
  const body = (change: AnswersChange) =>
    JSON.stringify(synthesize(change).only('AWS::CloudWatch::Dashboard').Properties.DashboardBody);

  it('shows the cache just where there is one', () => {
    expect(body(EVERYTHING)).toContain('Latest readings answered from the cache');
    expect(body({ workload: 'vitals' })).not.toMatch(/cache/i);
  });
});
