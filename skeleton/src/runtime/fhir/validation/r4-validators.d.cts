/** A fault as ajv reports it (Ajv, "Validation errors"), in the words of the schema that the validators are made of. */
export type SchemaFault = {
  /** JSON pointer of the value at fault; of the object, where an element of it is missing or unknown. */
  readonly instancePath: string;
} & (
  | { readonly keyword: 'required'; readonly params: { readonly missingProperty: string } }
  | { readonly keyword: 'additionalProperties'; readonly params: { readonly additionalProperty: string } }
  | { readonly keyword: 'type'; readonly params: { readonly type: string } }
  | { readonly keyword: 'enum'; readonly params: { readonly allowedValues: readonly string[] } }
  | { readonly keyword: 'const'; readonly params: { readonly allowedValue: string } }
  | { readonly keyword: 'minimum'; readonly params: { readonly limit: number } }
  | { readonly keyword: 'minItems' | 'minProperties'; readonly params: object }
  | { readonly keyword: 'form'; readonly params: { readonly form: string } }
  | { readonly keyword: 'realDate'; readonly params: object }
  | { readonly keyword: 'choices'; readonly params: { readonly choice: string } }
);

export interface Validator {
  (value: unknown): boolean;
  /** Faults of the last call; `null` when it returned true. */
  errors: readonly SchemaFault[] | null;
}

export const Observation: Validator;
