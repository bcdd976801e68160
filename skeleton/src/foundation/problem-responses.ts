import { ResponseType } from 'aws-cdk-lib/aws-apigateway';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';

/** Errors that the gateway answers by itself, with the code that a client reads in each. */
const ERROR_RESPONSES = [
  { type: ResponseType.BAD_REQUEST_PARAMETERS, statusCode: 400, code: 'header_missing' },
  { type: ResponseType.BAD_REQUEST_BODY, statusCode: 400, code: 'body_invalid' },
  { type: ResponseType.MISSING_AUTHENTICATION_TOKEN, statusCode: 404, code: 'not_found' },
  { type: ResponseType.ACCESS_DENIED, statusCode: 403, code: 'forbidden' },
  { type: ResponseType.WAF_FILTERED, statusCode: 403, code: 'forbidden' },
  { type: ResponseType.REQUEST_TOO_LARGE, statusCode: 413, code: 'too_large' },
  { type: ResponseType.UNSUPPORTED_MEDIA_TYPE, statusCode: 415, code: 'media_type_unsupported' },
  { type: ResponseType.THROTTLED, statusCode: 429, code: 'throttled' },
  { type: ResponseType.QUOTA_EXCEEDED, statusCode: 429, code: 'throttled' },
  { type: ResponseType.INTEGRATION_FAILURE, statusCode: 502, code: 'unavailable' },
  { type: ResponseType.INTEGRATION_TIMEOUT, statusCode: 504, code: 'timeout' },
] as const;

/** Makes each of the gateway's own errors a problem document (RFC 9457), as the programs behind it answer. */
export function addProblemResponses(api: RestApi): void {
  for (const { type, statusCode, code } of ERROR_RESPONSES) {
    add(api, type, `${statusCode}`, problemTemplate(code, statusCode));
  }
  add(api, ResponseType.DEFAULT_4XX, undefined, problemTemplate('refused', undefined));
  add(api, ResponseType.DEFAULT_5XX, undefined, problemTemplate('internal', undefined));
}

function add(api: RestApi, type: ResponseType, statusCode: string | undefined, template: string): void {
  api.addGatewayResponse(`Error${type.responseType}`, {
    type,
    ...(statusCode === undefined ? {} : { statusCode }),
    templates: { 'application/json': template },
    responseHeaders: { 'Content-Type': "'application/problem+json'", 'Cache-Control': "'no-store'" },
  });
}

function problemTemplate(code: string, status: number | undefined): string {
  const problem = { type: 'about:blank', title: '@', ...(status === undefined ? {} : { status }), code };
  // `messageString` comes with its quotes and escapes, so it takes the place of a whole JSON string.
  return JSON.stringify(problem).replace('"@"', '$context.error.messageString');
}
