import { AUDIT_SEARCH } from './audit-search';
import type { ResourceOffer } from '../../../runtime/fhir/capability-statement';

/** What the CapabilityStatement says of the trail of accesses, which a function of its own shows to those who may see it. */
export const AUDIT_EVENT_OFFER: ResourceOffer = { type: 'AuditEvent', isRead: true, search: AUDIT_SEARCH };
