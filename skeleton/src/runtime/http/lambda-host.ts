import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { Hono } from 'hono';
import type { ApiEnvironment, RequestFacts } from './route';
import { SECURITY_HEADERS } from './security-headers';
import { FHIR_JSON } from '../fhir/media-types';
import { operationOutcome } from '../fhir/operation-outcome';

/** What the Fetch standard takes as a header's value. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Runs the application in Lambda behind an API Gateway REST API (proxy integration, payload format 1.0).
 * The principal is the caller's IAM ARN that API Gateway has authenticated. An own adapter instead of Hono's, since that one
 * logs a request it cannot read, and requests name patients.
 */
export function lambdaHandler(
  app: Hono<ApiEnvironment>,
): (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult> {
  return async (event) => {
    const route = routedPath(event);
    const facts: RequestFacts = {
      principal: event.requestContext.identity.userArn || event.requestContext.identity.caller || null,
      requestId: event.requestContext.requestId,
      baseUrl: `https://${event.requestContext.domainName ?? 'localhost'}${beforeRoute(event.requestContext.path, route)}`,
    };
    let request: Request;
    try {
      request = toRequest(event, route);
    } catch {
      // The error would repeat the address, which may name a patient; the caller knows it.
      return unreadable(facts.requestId);
    }
    return toResult(await app.fetch(request, facts));
  };
}

/**
 * The path below the API: `/Observation` of `/prod/Observation` (stage) or of `/vitals/Observation` (base path of a custom
 * domain). API Gateway tells it only through the matched resource, whose segments are the path's last.
 */
function routedPath(event: APIGatewayProxyEvent): string {
  // The API's own root, of which a base path is no segment.
  if (event.resource === '/') return '/';
  const proxied = event.pathParameters?.proxy;
  const resource = proxied === undefined ? event.resource : event.resource.replace('{proxy+}', proxied);
  const depth = resource.split('/').length - 1;
  return `/${event.path.split('/').slice(1).slice(-depth).join('/')}`;
}

function beforeRoute(path: string, route: string): string {
  if (route === '/') return path.replace(/\/$/, '');
  return path.endsWith(route) ? path.slice(0, -route.length) : '';
}

function toRequest(event: APIGatewayProxyEvent, route: string): Request {
  const url = new URL(`https://${event.requestContext.domainName ?? 'localhost'}${route}`);
  for (const [name, values] of Object.entries(event.multiValueQueryStringParameters ?? {})) {
    for (const value of values ?? []) url.searchParams.append(name, value);
  }
  const headers = new Headers();
  for (const [name, values] of Object.entries(event.multiValueHeaders ?? {})) {
    for (const value of values ?? []) if (HEADER_VALUE.test(value)) headers.append(name, value);
  }
  const body = event.body === null ? null : Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8');
  const hasBody = body !== null && !['GET', 'HEAD'].includes(event.httpMethod);
  return new Request(url, { method: event.httpMethod, headers, ...(hasBody ? { body } : {}) });
}

async function toResult(response: Response): Promise<APIGatewayProxyResult> {
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
    isBase64Encoded: false,
  };
}

function unreadable(requestId: string): APIGatewayProxyResult {
  return {
    statusCode: 400,
    headers: { ...SECURITY_HEADERS, 'Content-Type': FHIR_JSON, 'X-Request-Id': requestId },
    body: JSON.stringify(operationOutcome([{ code: 'invalid', diagnostics: 'The request cannot be read.' }])),
    isBase64Encoded: false,
  };
}
