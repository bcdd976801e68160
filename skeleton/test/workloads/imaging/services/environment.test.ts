import { parseOperatorEnvironment } from '../../../../src/runtime/environment';
import {
  parseQueryEnvironment,
  parseUploadEnvironment,
  parseWorkerEnvironment,
} from '../../../../src/workloads/imaging/environment';
import { parseScanOperatorEnvironment } from '../../../../src/workloads/imaging/operator/environment';
import { programVariables, unreadBy } from '../../../foundation/support/program-variables';
import { IMAGING, IMAGING_OTHER_CHOICES } from '../../../foundation/support/settings';
import { synthesize } from '../../../foundation/support/synthesis';

/** The programs of imaging, with what reads the environment of each. */
const PROGRAMS = [
  ['upload', [parseUploadEnvironment]],
  ['query', [parseQueryEnvironment]],
  ['worker', [parseWorkerEnvironment]],
  ['operator', [parseOperatorEnvironment, parseScanOperatorEnvironment]],
] as const;

const CHOICES = [
  ['by default', IMAGING],
  ['with every choice made the other way', IMAGING_OTHER_CHOICES],
] as const;

function variablesOf(program: string, change: typeof IMAGING): Record<string, string> {
  return programVariables(synthesize(change), `${program}-${change.aws?.environmentSuffix ?? 'prod'}`);
}

describe.each(PROGRAMS)('the %s of imaging', (program, parsers) => {
  it.each(CHOICES)('is told, %s, all that it asks for and nothing else', (_, change) => {
    expect(unreadBy(variablesOf(program, change), ...parsers)).toEqual([]);
  });
});

describe('the services of imaging', () => {
  it('tell senders the name at which they are reached', () => {
    for (const parse of [parseUploadEnvironment, parseQueryEnvironment]) {
      const program = parse === parseUploadEnvironment ? 'upload' : 'query';
      expect(parse(variablesOf(program, IMAGING)).publicUrl).toBe('https://scans.st-luke.example');
    }
  });

  it('let read the files of all hospitals whom the settings name, and nobody by default', () => {
    expect(parseQueryEnvironment(variablesOf('query', IMAGING)).readAllSubjects).toEqual([]);
    expect(parseQueryEnvironment(variablesOf('query', IMAGING_OTHER_CHOICES)).readAllSubjects).toEqual([
      'CN=reports.st-luke.example,O=St. Luke,C=BR',
    ]);
  });

  it('tell who exports on what law data are kept, and who erases for how long', () => {
    const variables = variablesOf('operator', IMAGING);
    expect(parseScanOperatorEnvironment(variables)).toEqual({
      scanBucket: 'made-SCAN_BUCKET',
      processingBasis: 'Lei nº 13.709/2018 (LGPD), art. 11, II, f',
    });
    expect(parseOperatorEnvironment(variables)).toMatchObject({
      exportBucket: 'made-EXPORT_BUCKET',
      legalRetention: { days: 7305, basis: 'Lei nº 13.787/2018, art. 6º' },
    });
  });

  it('keep the record of accesses for six years', () => {
    expect(parseWorkerEnvironment(variablesOf('worker', IMAGING)).auditRetentionDays).toBe(2192);
  });
});
