import { z } from 'zod';
import { parseVariables, text, type Variables } from '../../../runtime/environment';

/** Settings of imaging's operator, beside those that every operator has. */
export interface ScanOperatorEnvironment {
  readonly scanBucket: string;
  /** On what law the processing rests, for who asks for a patient's data; absent where none was named. */
  readonly processingBasis: string | undefined;
}

const variablesOf = z.object({
  SCAN_BUCKET: text('the name of an S3 bucket'),
  PROCESSING_BASIS: z.optional(text('the law that the processing rests on, for people')),
});

/** @throws EnvironmentError */
export function parseScanOperatorEnvironment(variables: Variables): ScanOperatorEnvironment {
  const values = parseVariables(variablesOf, variables);
  return { scanBucket: values.SCAN_BUCKET, processingBasis: values.PROCESSING_BASIS };
}
