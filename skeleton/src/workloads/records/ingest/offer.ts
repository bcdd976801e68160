/** What the CapabilityStatement says of taking in, beside that it is done. */
const KEPT =
  'Answered 202 when the stream has it; stored a moment later, and read under the ids of the answer. Sent again, it is stored once; older ' +
  "than what is current by the source's own version or time, it becomes history.";

export const CREATE_DOCUMENTATION = `The id follows from the first identifier, or from the content. ${KEPT}`;

export const UPDATE_DOCUMENTATION = `The id is that of the source, known here or not. ${KEPT}`;

export const TRANSACTION_DOCUMENTATION =
  'POST to the root: a Bundle of type transaction with creates, updates and deletes, stored as a whole or not at all; or, as ' +
  `application/hl7-v2, one ADT message, answered with an acknowledgment. ${KEPT}`;
