import type { ApiObserver } from './api-app';
import type { Log } from '../log/log';
import { FIELDS } from '../log/vocabulary';
import type { Metrics } from '../metrics/metrics';

/**
 * Tells logs and metrics of each request: one line a request, a second one with the reason when it failed.
 * `ApiErrorCount` counts answers of 500 and above; what callers do wrong is no error of the API's.
 */
export function apiObserver(log: Log, metrics: Metrics): ApiObserver {
  return {
    answered: ({ requestId, method, route, status, returnedCount, durationMs, fault }) => {
      const [knownMethod, knownRoute] = [FIELDS.method.find(is(method)), FIELDS.route.find(is(route))];
      const request = {
        requestId,
        status,
        ...(knownMethod === undefined ? {} : { method: knownMethod }),
        ...(knownRoute === undefined ? {} : { route: knownRoute }),
      };
      log.event('request.answered', { ...request, returnedCount, durationMs });
      const isFailure = status >= 500;
      if (isFailure) log.event('request.failed', { ...request, error: fault });
      // A zero as well: CloudWatch must be able to tell no errors from no requests.
      metrics.add('ApiErrorCount', isFailure ? 1 : 0);
    },
    auditFailed: (requestId, error) => log.event('audit.write_failed', { requestId, error }),
  };
}

function is(value: string): (word: string) => boolean {
  return (word) => word === value;
}
