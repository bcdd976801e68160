/** What the CapabilityStatement says of taking in, beside that it is done. */
const KEPT =
  'Answered 202 when the stream has it; stored a moment later, and found by search under the ids of the answer. Sent again, it is ' +
  'stored once. Kept are patient, device, time, codes, values and units.';

export const CREATE_DOCUMENTATION = `One vital sign, or a blood pressure panel, as valueQuantity in UCUM. ${KEPT}`;

export const BATCH_DOCUMENTATION =
  'POST to the root: a Bundle of type batch with Observations to create, each accepted or refused by itself; or, as ' +
  `application/hl7-v2, one message ORU^R01, answered with an acknowledgment. ${KEPT}`;
