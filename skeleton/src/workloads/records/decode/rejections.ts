/** Why an event is not stored. The text says what is legal, and never repeats what the event says. */
export const REJECTIONS = {
  record_empty: 'The record holds no event',
  record_not_utf8: 'The record is not UTF-8',
  record_too_many_lines: 'The record has more lines than events could fit',
  event_too_large: 'The event is longer than legal, 1048576 bytes: send a Bundle in parts, a document by its address',
  event_not_json: 'The event is neither JSON nor an HL7 v2 message, which begins with MSH. No byte order mark is legal',
  json_name_repeated: 'An object says a name twice: legal is once',
  nested_too_deep: 'The event nests deeper than legal, 64 levels',
  event_not_object: 'The event is JSON, but no object: expected a FHIR R4 resource',
  unknown_resource_type: 'resourceType is missing or no type of FHIR R4',
  resource_type_not_taken: 'This pipeline takes no resources of the type',
  resource_invalid: 'The resource breaks rules of FHIR R4',
  reference_circular: 'References lead back to where they began',
  bundle_not_transaction: 'Bundle.type: legal is transaction, which is stored as a whole or not at all',
  bundle_empty: 'Bundle.entry: expected one entry or more',
  bundle_too_large: 'Bundle.entry: legal are 500 entries at most',
  bundle_invalid: 'Entries of the Bundle are wrong, so that nothing of it is stored',
} as const;

/** Closed list of reasons, as written into the quarantine. HL7 v2 has its own. */
export type RejectionCode = keyof typeof REJECTIONS;
