import { RECORD_RESOURCE_TYPES } from '../../../src/fhir-r4-types';
import type { LocalWorkload } from '../../workload';

export const localWorkload: LocalWorkload = {
  environment: ({ records }) => ({
    RESOURCE_TYPES: [...new Set([...RECORD_RESOURCE_TYPES, ...records.additionalResourceTypes])].join(','),
  }),
};
