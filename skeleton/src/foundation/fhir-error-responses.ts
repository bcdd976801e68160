import { ResponseType } from 'aws-cdk-lib/aws-apigateway';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';

/**
 * Errors that the gateway answers by itself, with the code of an OperationOutcome for each
 * (FHIR R4, "OperationOutcome", value set IssueType).
 */
const ERROR_RESPONSES = [
  { type: ResponseType.BAD_REQUEST_PARAMETERS, statusCode: '400', code: 'required' },
  { type: ResponseType.BAD_REQUEST_BODY, statusCode: '400', code: 'invalid' },
  { type: ResponseType.MISSING_AUTHENTICATION_TOKEN, statusCode: '403', code: 'login' },
  { type: ResponseType.INVALID_SIGNATURE, statusCode: '403', code: 'login' },
  { type: ResponseType.EXPIRED_TOKEN, statusCode: '403', code: 'expired' },
  { type: ResponseType.ACCESS_DENIED, statusCode: '403', code: 'forbidden' },
  { type: ResponseType.WAF_FILTERED, statusCode: '403', code: 'forbidden' },
  { type: ResponseType.REQUEST_TOO_LARGE, statusCode: '413', code: 'too-long' },
  { type: ResponseType.UNSUPPORTED_MEDIA_TYPE, statusCode: '415', code: 'not-supported' },
  { type: ResponseType.THROTTLED, statusCode: '429', code: 'throttled' },
  { type: ResponseType.QUOTA_EXCEEDED, statusCode: '429', code: 'throttled' },
  { type: ResponseType.INTEGRATION_FAILURE, statusCode: '502', code: 'transient' },
  { type: ResponseType.INTEGRATION_TIMEOUT, statusCode: '504', code: 'timeout' },
  { type: ResponseType.DEFAULT_4XX, statusCode: undefined, code: 'invalid' },
  { type: ResponseType.DEFAULT_5XX, statusCode: undefined, code: 'exception' },
] as const;

/** Makes each of the gateway's own errors an OperationOutcome, so that a client reads one kind of error only. */
export function addFhirErrorResponses(api: RestApi): void {
  for (const { type, statusCode, code } of ERROR_RESPONSES) {
    api.addGatewayResponse(`Error${type.responseType}`, {
      type,
      ...(statusCode === undefined ? {} : { statusCode }),
      templates: { 'application/json': operationOutcomeTemplate(code) },
      responseHeaders: { 'Content-Type': "'application/fhir+json'", 'Cache-Control': "'no-store'" },
    });
  }
}

function operationOutcomeTemplate(code: string): string {
  const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code, diagnostics: '@' }] };
  // `messageString` comes with its quotes and escapes, so it takes the place of a whole JSON string.
  return JSON.stringify(outcome).replace('"@"', '$context.error.messageString');
}
