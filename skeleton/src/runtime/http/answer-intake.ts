import { notAcceptable, showable, unauthenticated, unsupportedCharset, unsupportedContent } from './error-answer';
import { readBody } from './read-body';
import type { Answer, ApiContext, Intake, IntakeRoute } from './route';
import { parseContentType } from '../fhir/media-types';
import { FhirRequestError } from '../fhir/request-error';

/**
 * Takes what came by POST: finds the kind of body by `Content-Type`, reads it within its limit and hands it on. Whatever is
 * wrong is said in the kind's own words, once it is known which kind it is.
 */
export async function answerIntake(
  route: IntakeRoute,
  context: ApiContext,
  isUnavailable: (error: unknown) => boolean,
): Promise<Answer | FhirRequestError> {
  let intake: Intake | undefined;
  try {
    if (context.env.principal === null) throw unauthenticated();
    const { mediaType, charset } = parseContentType(context.req.header('Content-Type'));
    intake = route.intakes.find(({ mediaTypes }) => mediaTypes.includes(mediaType));
    if (intake === undefined) throw unsupportedContent(route.intakes);
    if (charset !== undefined && !intake.charsets.includes(charset)) throw unsupportedCharset(intake);
    requireIdentity(context.req.header('Content-Encoding'));
    const { accepts, legal } = intake.answers;
    // Judged before the body is: what cannot be answered must not be done either.
    if (!accepts(context.req.header('Accept'))) throw notAcceptable('Accept', legal);
    return await intake.post(context, { bytes: await readBody(context.req.raw, intake.bodyBytesMax), charset });
  } catch (error) {
    const refusal = showable(error, isUnavailable);
    // For the log, whatever the answer's words are.
    context.set('fault', refusal);
    return intake?.refusal?.(refusal) ?? refusal;
  }
}

function requireIdentity(encoding: string | undefined): void {
  if (encoding === undefined || encoding.trim().toLowerCase() === 'identity') return;
  throw new FhirRequestError(415, [
    {
      code: 'not-supported',
      diagnostics: 'Content-Encoding: legal is none: send the body as it is, without compression',
      parameter: 'Content-Encoding',
    },
  ]);
}
