import {
  parseApiEnvironment,
  parseObservationIngestEnvironment,
  parseObservationOperatorEnvironment,
  parseObservationProcessorEnvironment,
} from '../../../../src/runtime/environment';
import { programVariables, unreadBy } from '../../../foundation/support/program-variables';
import { EVERYTHING, OTHER_CHOICES } from '../../../foundation/support/settings';
import { synthesize } from '../../../foundation/support/synthesis';

/** The programs of vitals, with what reads the environment of each. */
const PROGRAMS = [
  ['processor', parseObservationProcessorEnvironment],
  ['operator', parseObservationOperatorEnvironment],
  ['api', parseApiEnvironment],
  ['ingest', parseObservationIngestEnvironment],
] as const;

describe.each(PROGRAMS)('the %s of vitals', (program, parse) => {
  it.each([
    ['by default', { workload: 'vitals' as const, aws: {} }],
    ['with a cache', EVERYTHING],
    ['with every choice made the other way', OTHER_CHOICES],
  ])('is told, %s, all that it asks for and nothing else', (_, change) => {
    const variables = programVariables(synthesize(change), `${program}-${change.aws?.environmentSuffix ?? 'prod'}`);

    expect(unreadBy(variables, parse)).toEqual([]);
  });
});
