import { apiObserver } from '../../../src/runtime/http/api-observer';
import { createLog } from '../../../src/runtime/log/log';
import { Metrics } from '../../../src/runtime/metrics/metrics';

function observe() {
  const lines: Record<string, unknown>[] = [];
  const metricLines: Record<string, unknown>[] = [];
  const log = createLog({
    service: 'api',
    environment: 'test',
    destination: { write: (line) => void lines.push(JSON.parse(line)) },
  });
  const metrics = new Metrics('test', (line) => metricLines.push(JSON.parse(line) as Record<string, unknown>));
  return { observer: apiObserver(log, metrics), lines, metrics, metricLines };
}

const answered = {
  requestId: 'r-1',
  method: 'GET',
  route: '/Observation',
  status: 200,
  returnedCount: 7,
  durationMs: 12,
};

test('a request is one line, without anything that the caller wrote', () => {
  const { observer, lines } = observe();
  observer.answered(answered);
  expect(lines).toEqual([
    {
      level: 'info',
      time: expect.any(String),
      service: 'api',
      environment: 'test',
      event: 'request.answered',
      ...answered,
    },
  ]);
});

test('a method or path that is not ours is not repeated', () => {
  const { observer, lines } = observe();
  observer.answered({ ...answered, method: 'PATIENT-17', route: 'unmatched', status: 404 });
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toHaveProperty('method');
  expect(lines[0]).not.toHaveProperty('route');
});

test('a failure is told with its cause but not with its words', () => {
  const { observer, lines } = observe();
  const cause = Object.assign(new Error('value 37.2 of patient p-1'), { code: '22P02', detail: 'p-1' });
  observer.answered({ ...answered, status: 500, fault: new Error('request refused with 500', { cause }) });
  expect(lines.map(({ event }) => event)).toEqual(['request.answered', 'request.failed']);
  expect(lines[1]).toMatchObject({ level: 'error', status: 500, error: { cause: { sqlState: '22P02' } } });
  expect(JSON.stringify(lines)).not.toContain('p-1');
});

test('an access that could not be recorded is an error of its own', () => {
  const { observer, lines } = observe();
  observer.auditFailed('r-1', new Error('p-1'));
  expect(lines).toMatchObject([{ level: 'error', event: 'audit.write_failed', requestId: 'r-1' }]);
  expect(JSON.stringify(lines)).not.toContain('p-1');
});

test.each([
  [[200, 400, 404], 0],
  [[200, 500, 503], 2],
])('answers of %j count %i errors', (statuses, errors) => {
  const { observer, metrics, metricLines } = observe();
  statuses.forEach((status) => observer.answered({ ...answered, status }));
  metrics.flush();
  expect(metricLines).toMatchObject([{ ApiErrorCount: errors, Environment: 'test' }]);
});
