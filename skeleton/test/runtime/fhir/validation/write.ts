import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { validatorsSource } from './validators-source';

/** Where the module lies that the pipeline validates with. */
export const VALIDATORS_FILE = join(__dirname, '../../../../src/runtime/fhir/validation/r4-validators.cjs');

if (require.main === module) writeFileSync(VALIDATORS_FILE, validatorsSource());
