import { Hono } from 'hono';
import { routePath } from 'hono/route';
import type { AccessAudit } from './access-audit';
import { answerIntake } from './answer-intake';
import { reader } from './answer-read';
import { showable } from './error-answer';
import type { Answer, ApiContext, ApiEnvironment, IntakeRoute, Route } from './route';
import { SECURITY_HEADERS } from './security-headers';
import { FHIR_JSON } from '../fhir/media-types';
import { operationOutcome } from '../fhir/operation-outcome';
import { FhirRequestError } from '../fhir/request-error';

/** One answered request, for logs and metrics. Holds nothing that the caller wrote. */
export interface AnsweredRequest {
  readonly requestId: string;
  readonly method: string;
  /** The route's pattern, or `unmatched`: paths may hold ids of patients. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
  readonly returnedCount: number;
  /** Why it failed, when it did. */
  readonly fault?: unknown;
}

/** Hears what happens, for logs and metrics. */
export interface ApiObserver {
  /** Called once for each request, before its answer leaves. */
  answered(request: AnsweredRequest): void;
  /** Called when an access could not be recorded, so that nothing was shown. */
  auditFailed(requestId: string, error: unknown): void;
}

export interface ApiAppDependencies {
  /** `none` where no route shows data of patients. */
  readonly audit: AccessAudit | 'none';
  readonly observer: ApiObserver;
  /** Whether an error says that the database is away, which is answered 503. */
  readonly isUnavailable: (error: unknown) => boolean;
}

/**
 * An HTTP application that offers the routes and answers everything else with an OperationOutcome:
 * 401 without a principal, 404, 405 with `Allow`, 406, 413, 415, 503 when the database is away, 500 without details.
 *
 * @throws Error when two routes answer the same, or when one shows data of patients and there is no audit trail.
 */
export function createApiApp(routes: readonly Route[], dependencies: ApiAppDependencies): Hono<ApiEnvironment> {
  const app = new Hono<ApiEnvironment>();
  app.use(async (context, next) => {
    const startedAtMs = performance.now();
    await next();
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) context.res.headers.set(name, value);
    context.res.headers.set('X-Request-Id', context.env.requestId);
    dependencies.observer.answered(describe(context, performance.now() - startedAtMs));
  });
  for (const [path, sharing] of byPath(routes)) {
    for (const route of sharing) {
      if (isIntake(route)) {
        app.on(methodsOf(route), path, async (context) =>
          respond(context, await answerIntake(route, context, dependencies.isUnavailable)),
        );
      } else {
        const answer = reader(route, dependencies);
        app.get(path, async (context) => respond(context, await answer(context)));
      }
    }
    const methods = allowedMethods(path, sharing);
    app.all(path, (context) => refuse(context, methodNotAllowed(path, methods)));
  }
  app.notFound((context) => refuse(context, notFound(routes)));
  app.onError((error, context) => refuse(context, showable(error, dependencies.isUnavailable)));
  return app;
}

function isIntake(route: Route): route is IntakeRoute {
  return 'intakes' in route;
}

/**
 * Routes by path, those with fewer parameters first: `/metadata` is matched before `/:type`, in every method, since the first
 * that matches answers.
 */
function byPath(routes: readonly Route[]): ReadonlyMap<string, readonly Route[]> {
  const parameters = (path: string) => path.split('/:').length;
  const paths = [...new Set(routes.map(({ path }) => path))].sort((one, other) => parameters(one) - parameters(other));
  return new Map(paths.map((path) => [path, routes.filter((route) => route.path === path)]));
}

function methodsOf(route: Route): string[] {
  return isIntake(route) ? [route.method ?? 'POST'] : ['GET', 'HEAD'];
}

function allowedMethods(path: string, routes: readonly Route[]): readonly string[] {
  const methods = routes.flatMap(methodsOf);
  const repeated = methods.find((method, index) => methods.indexOf(method) < index);
  if (repeated !== undefined) throw new Error(`two routes answer ${repeated} ${path}`);
  return methods;
}

function respond(context: ApiContext, answer: Answer | FhirRequestError): Response {
  return answer instanceof FhirRequestError ? refuse(context, answer) : send(context, answer);
}

function send(context: ApiContext, answer: Answer): Response {
  context.set('returnedCount', answer.returnedCount ?? 0);
  const { body, status, contentType, headers } = answer;
  // What the caller has already is not sent again, and has no type of its own (RFC 9110, 15.4.5).
  if (body === undefined || status === 304) return context.body(null, status, { ...headers });
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return context.body(text, status, { 'Content-Type': contentType, ...headers });
}

function refuse(context: ApiContext, refusal: FhirRequestError): Response {
  context.set('fault', refusal);
  return context.body(JSON.stringify(operationOutcome(refusal.issues)), refusal.status, {
    'Content-Type': FHIR_JSON,
    ...refusal.headers,
  });
}

function describe(context: ApiContext, durationMs: number): AnsweredRequest {
  const pattern = routePath(context, -1);
  const { status } = context.res;
  return {
    requestId: context.env.requestId,
    method: context.req.method,
    route: pattern.includes('*') ? 'unmatched' : pattern,
    status,
    durationMs: Math.round(durationMs),
    returnedCount: context.get('returnedCount') ?? 0,
    ...(status < 500 ? {} : { fault: context.get('fault') }),
  };
}

function methodNotAllowed(path: string, methods: readonly string[]): FhirRequestError {
  const allowed = methods.join(', ');
  return new FhirRequestError(405, [{ code: 'not-supported', diagnostics: `${path} allows the methods ${allowed}` }], {
    headers: { Allow: allowed },
  });
}

function notFound(routes: readonly Route[]): FhirRequestError {
  const paths = [...new Set(routes.map((route) => route.path))].join(', ');
  return new FhirRequestError(404, [
    { code: 'not-found', diagnostics: `There is nothing here. This API offers ${paths}` },
  ]);
}
