const EMPTY_NARRATIVE = 'text.div: The narrative says nothing (txt-2)';
const TO_ITSELF = 'A resource cannot refer to itself';

/** HL7's examples that the official schema accepts and that are wrong all the same, by a rule that it does not know: their first faults. */
export const WRONG_EXAMPLES: Readonly<Record<string, string>> = {
  'ActivityDefinition-blood-tubes-supply.json': `ActivityDefinition.${EMPTY_NARRATIVE}`,
  'ActivityDefinition-heart-valve-replacement.json': `ActivityDefinition.${EMPTY_NARRATIVE}`,
  'Encounter-f203.json': `Encounter.partOf: ${TO_ITSELF}`,
  'EventDefinition-example.json': `EventDefinition.${EMPTY_NARRATIVE}`,
  'Questionnaire-qs1.json': 'Questionnaire.item[0].item[0].linkId: linkId is missing',
  'Questionnaire-zika-virus-exposure-assessment.json': `Questionnaire.${EMPTY_NARRATIVE}`,
  ...Object.fromEntries(
    ['codesystem-extensions-CodeSystem', 'valueset-extensions-ValueSet'].flatMap((source) =>
      ['author', 'effective', 'end', 'keyword', 'workflow'].map((name) => [
        `SearchParameter-${source}-${name}.json`,
        'SearchParameter.base: base is missing',
      ]),
    ),
  ),
};
