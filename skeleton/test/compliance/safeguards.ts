import { GDPR } from './gdpr';
import { HIPAA } from './hipaa';
import type { Safeguard } from './safeguard';

/** Every duty that this pipeline answers, in the order of COMPLIANCE.md. */
export const SAFEGUARDS: readonly Safeguard[] = [...HIPAA, ...GDPR];
