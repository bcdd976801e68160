import { Metrics } from '../../../src/runtime/metrics/metrics';

describe('metrics', () => {
  const lines: string[] = [];
  const metrics = new Metrics('prod', (line) => lines.push(line));
  beforeEach(() => void lines.splice(0));
  const written = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

  test('are written in CloudWatch’s embedded metric format', () => {
    metrics.add('EventsStoredCount', 3);
    metrics.add('EventsStoredCount', 4);
    metrics.observe('CommitLatencyMs', 12.5);
    metrics.observe('CommitLatencyMs', 14);
    metrics.flush();

    expect(written()).toEqual([
      {
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: 'HipaaPipeline',
              Dimensions: [['Environment']],
              Metrics: [
                { Name: 'EventsStoredCount', Unit: 'Count' },
                { Name: 'CommitLatencyMs', Unit: 'Milliseconds' },
              ],
            },
          ],
        },
        Environment: 'prod',
        EventsStoredCount: 7,
        CommitLatencyMs: [12.5, 14],
      },
    ]);
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
  });

  test('begin anew after they are written, and write nothing when there is nothing', () => {
    metrics.add('EventsStoredCount', 0);
    metrics.flush();
    metrics.flush();

    expect(written()).toMatchObject([{ EventsStoredCount: 0 }]);
  });

  test('put no more than a hundred values of one metric in a line, and lose none', () => {
    for (let value = 0; value < 250; value += 1) metrics.observe('IteratorAgeMs', value);
    metrics.flush();

    const values = written().map(({ IteratorAgeMs }) => IteratorAgeMs as number[]);
    expect(values.map(({ length }) => length)).toEqual([100, 100, 50]);
    expect(values.flat().reduce((sum, value) => sum + value, 0)).toBe((249 * 250) / 2);
  });

  test('are written at intervals, and a last time when they are stopped', () => {
    jest.useFakeTimers();
    metrics.start(10_000);
    metrics.add('ApiErrorCount', 1);
    jest.advanceTimersByTime(10_000);
    metrics.add('ApiErrorCount', 2);
    metrics.stop();
    jest.advanceTimersByTime(60_000);
    jest.useRealTimers();

    expect(written().map(({ ApiErrorCount }) => ApiErrorCount)).toEqual([1, 2]);
  });
});
