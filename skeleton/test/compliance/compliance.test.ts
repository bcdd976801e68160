import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Safeguard } from './safeguard';
import { compliancePages, readFromRepository, REPOSITORY, SAFEGUARDS, WORKLOAD_SAFEGUARDS } from './safeguards';
import { workloads } from '../../src/workloads';

const EVERY_SAFEGUARD = [...SAFEGUARDS, ...[...WORKLOAD_SAFEGUARDS.values()].flat()];

/** Every standard and specification of 45 CFR 164.312, as the regulation numbers them. */
const TECHNICAL_SAFEGUARDS = [
  '164.312(a)(1)',
  '164.312(a)(2)(i)',
  '164.312(a)(2)(ii)',
  '164.312(a)(2)(iii)',
  '164.312(a)(2)(iv)',
  '164.312(b)',
  '164.312(c)(1)',
  '164.312(c)(2)',
  '164.312(d)',
  '164.312(e)(1)',
  '164.312(e)(2)(i)',
  '164.312(e)(2)(ii)',
];

test.each(compliancePages())('$path is what the table of safeguards says (npm run compliance writes it)', (page) => {
  expect(readFromRepository(page.path)).toBe(page.text);
});

test('every workload says what it adds', () => {
  expect([...WORKLOAD_SAFEGUARDS.keys()].sort()).toEqual(Object.keys(workloads).sort());
});

describe('the tables', () => {
  test.each(TECHNICAL_SAFEGUARDS)('have a row for %s, for each workload', (citation) => {
    const isAnswered = (safeguards: readonly Safeguard[]) =>
      safeguards.some((safeguard) => safeguard.citation === citation);
    const missing = [...WORKLOAD_SAFEGUARDS].filter(([, own]) => !isAnswered([...SAFEGUARDS, ...own]));
    expect(missing.map(([workload]) => workload)).toEqual([]);
  });

  test.each([...WORKLOAD_SAFEGUARDS])('have a row for the right to erasure in %s', (_, safeguards) => {
    expect(safeguards.filter(({ citation }) => citation === 'Art. 17')).toHaveLength(1);
  });

  test.each(EVERY_SAFEGUARD)('$citation is built where they say', ({ builtIn }) => {
    expect(builtIn.filter((path) => !existsSync(join(REPOSITORY, path)))).toEqual([]);
    expect(builtIn.length).toBeGreaterThan(0);
  });

  test.each(EVERY_SAFEGUARD)('$citation is shown by tests that are there', ({ provedBy }) => {
    const missing = provedBy.filter(({ file, test: name }) => {
      return !existsSync(join(REPOSITORY, file)) || !readFromRepository(file).includes(name);
    });
    expect(missing).toEqual([]);
    expect(provedBy.length).toBeGreaterThan(0);
  });
});
