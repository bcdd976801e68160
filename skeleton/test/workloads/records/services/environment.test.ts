import {
  parseApiEnvironment,
  parseOperatorEnvironment,
  parseProcessorEnvironment,
} from '../../../../src/runtime/environment';
import { parseRecordsIngestEnvironment } from '../../../../src/workloads/records/ingest/open-ingest';
import { parseResourceTypes } from '../../../../src/workloads/records/resource-types';
import { programVariables, unreadBy } from '../../../foundation/support/program-variables';
import { RECORDS, RECORDS_OTHER_CHOICES } from '../../../foundation/support/settings';
import { synthesize } from '../../../foundation/support/synthesis';

/** The programs of records, with what reads the environment of each. */
const PROGRAMS = [
  ['processor', [parseProcessorEnvironment, parseResourceTypes]],
  ['operator', [parseOperatorEnvironment, parseResourceTypes]],
  ['api', [parseApiEnvironment, parseResourceTypes]],
  ['ingest', [parseRecordsIngestEnvironment]],
  ['audit', [parseApiEnvironment]],
] as const;

describe.each(PROGRAMS)('the %s of records', (program, parsers) => {
  it.each([
    ['by default', RECORDS],
    ['with every choice made the other way', RECORDS_OTHER_CHOICES],
  ])('is told, %s, all that it asks for and nothing else', (_, change) => {
    const variables = programVariables(synthesize(change), `${program}-${change.aws?.environmentSuffix ?? 'prod'}`);

    expect(unreadBy(variables, ...parsers)).toEqual([]);
  });
});

describe('the programs of records', () => {
  it('keep what could not be stored for a quarter, or as long as the settings say, and who saw what for six years', () => {
    const processor = (change: typeof RECORDS) =>
      parseProcessorEnvironment(
        programVariables(synthesize(change), `processor-${change.aws?.environmentSuffix ?? 'prod'}`),
      );

    expect(processor(RECORDS)).toMatchObject({ quarantineRetentionDays: 90, auditRetentionDays: 2192 });
    expect(processor(RECORDS_OTHER_CHOICES)).toMatchObject({ quarantineRetentionDays: 30, auditRetentionDays: 2192 });
  });
});
