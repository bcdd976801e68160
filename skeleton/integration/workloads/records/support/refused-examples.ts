/** Examples that the official schema accepts and FHIR's own rules do not, each with the rule. */
export const REFUSED_EXAMPLES: Readonly<Record<string, string>> = {};
