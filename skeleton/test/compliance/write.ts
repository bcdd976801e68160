/** Writes COMPLIANCE.md. Run by `npm run compliance`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { complianceDocument } from './document';
import { SAFEGUARDS } from './safeguards';

writeFileSync(join(__dirname, '../../COMPLIANCE.md'), complianceDocument(SAFEGUARDS));
