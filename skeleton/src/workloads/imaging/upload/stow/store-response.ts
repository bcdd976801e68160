import type { InstanceReference } from './instance-reference';
import type { Part10Summary } from '../../dicom/inspect';

/** What became of one part of a request. */
export type InstanceOutcome =
  | { readonly summary: Part10Summary; readonly code?: undefined }
  /** Without a reference where the part does not even say which instance it is. */
  | { readonly reference: InstanceReference | undefined; readonly code: string };

interface Element {
  readonly vr: string;
  readonly Value: readonly unknown[];
}
export type DicomJson = Readonly<Record<string, Element>>;

/** PS3.18, table I.2-2: values of Failure Reason (0008,1197). */
const FAILURE_REASONS = {
  outOfResources: 0xa700,
  dataSetDoesNotMatch: 0xa900,
  cannotUnderstand: 0xc000,
  transferSyntaxNotSupported: 0xc122,
  processingFailure: 0x0110,
} as const;

const REASONS_BY_CODE = new Map<string, number>([
  ['internal', FAILURE_REASONS.processingFailure],
  ['database_unavailable', FAILURE_REASONS.outOfResources],
  ['request_too_large', FAILURE_REASONS.outOfResources],
  ['study_mismatch', FAILURE_REASONS.dataSetDoesNotMatch],
  ['transfer_syntax_unknown', FAILURE_REASONS.transferSyntaxNotSupported],
]);

/** PS3.18, table 10.5.3-1. */
export function storeStatus(outcomes: readonly InstanceOutcome[]): 200 | 202 | 409 {
  const failed = outcomes.filter(({ code }) => code !== undefined).length;
  if (failed === 0) return 200;
  return failed < outcomes.length ? 202 : 409;
}

/**
 * The Store Instances Response Module (PS3.18, table I.1-1) as DICOM JSON. A refusal has its code in Error Comment (0000,0902), since
 * the standard's own reasons are few.
 *
 * @param publicUrl where studies are retrieved from, without a slash at its end.
 */
export function storeResponse(outcomes: readonly InstanceOutcome[], publicUrl: string): DicomJson {
  const stored = outcomes.flatMap((outcome) => (outcome.code === undefined ? [outcome.summary] : []));
  const failed = outcomes.flatMap((outcome) =>
    outcome.code !== undefined && outcome.reference
      ? [{ ...failure(outcome.code), ...reference(outcome.reference) }]
      : [],
  );
  const others = outcomes.flatMap((outcome) =>
    outcome.code !== undefined && !outcome.reference ? [failure(outcome.code)] : [],
  );
  const studies = [...new Set(stored.map(({ studyInstanceUid }) => studyInstanceUid))];
  const [study] = studies;
  return {
    // Of several studies, none is the one that was stored.
    ...(study !== undefined && studies.length === 1 && { '00081190': element('UR', studyUrl(publicUrl, study)) }),
    ...sequence(
      '00081199',
      stored.map((summary) => ({
        ...reference(summary),
        '00081190': element(
          'UR',
          `${studyUrl(publicUrl, summary.studyInstanceUid)}/series/${summary.seriesInstanceUid}/instances/${summary.sopInstanceUid}`,
        ),
      })),
    ),
    ...sequence('00081198', failed),
    ...sequence('0008119A', others),
  };
}

function studyUrl(publicUrl: string, studyInstanceUid: string): string {
  return `${publicUrl}/studies/${studyInstanceUid}`;
}

function reference({ sopClassUid, sopInstanceUid }: InstanceReference): DicomJson {
  return { '00081150': element('UI', sopClassUid), '00081155': element('UI', sopInstanceUid) };
}

function failure(code: string): DicomJson {
  const reason = REASONS_BY_CODE.get(code) ?? FAILURE_REASONS.cannotUnderstand;
  return { '00000902': element('LO', code), '00081197': element('US', reason) };
}

function sequence(tag: string, items: readonly DicomJson[]): DicomJson {
  return items.length === 0 ? {} : { [tag]: { vr: 'SQ', Value: items } };
}

function element(vr: string, value: string | number): Element {
  return { vr, Value: [value] };
}
