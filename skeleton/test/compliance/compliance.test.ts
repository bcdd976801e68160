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

/** Articles of the LGPD that a pipeline answers, as their rows begin. */
const LGPD_ARTICLES = [
  'Art. 6º',
  'Art. 7º, 11',
  'Art. 15, 16',
  'Art. 18, 19',
  'Art. 33 to 36',
  'Art. 37',
  'Art. 38',
  'Art. 41',
  'Art. 46, 49',
  'Art. 48',
  'Art. 50',
];

test.each(compliancePages())('$path is what the table of safeguards says (npm run compliance writes it)', (page) => {
  expect(readFromRepository(page.path)).toBe(page.text);
});

test('every workload says what it adds', () => {
  expect([...WORKLOAD_SAFEGUARDS.keys()].sort()).toEqual(Object.keys(workloads).sort());
});

describe('the tables', () => {
  /** Workloads that have no such row, neither in the table of all nor in their own. */
  const without = (isRow: (safeguard: Safeguard) => boolean) =>
    [...WORKLOAD_SAFEGUARDS].filter(([, own]) => ![...SAFEGUARDS, ...own].some(isRow)).map(([workload]) => workload);

  test.each(TECHNICAL_SAFEGUARDS)('have a row for %s, for each workload', (technical) => {
    expect(without(({ framework, citation }) => framework === 'hipaa' && citation === technical)).toEqual([]);
  });

  test.each(LGPD_ARTICLES)('have a row for %s of the LGPD, for each workload', (article) => {
    expect(without(({ framework, citation }) => framework === 'lgpd' && citation.startsWith(article))).toEqual([]);
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
