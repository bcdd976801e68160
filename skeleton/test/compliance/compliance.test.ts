import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { complianceDocument } from './document';
import { SAFEGUARDS } from './safeguards';

const REPOSITORY = resolve(__dirname, '../..');
const read = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');

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

describe('COMPLIANCE.md', () => {
  test('is what the table of safeguards says (npm run compliance writes it)', () => {
    expect(read('COMPLIANCE.md')).toBe(complianceDocument(SAFEGUARDS));
  });

  test.each(TECHNICAL_SAFEGUARDS)('has a row for %s', (citation) => {
    expect(SAFEGUARDS.filter((safeguard) => safeguard.citation === citation)).toHaveLength(1);
  });

  test.each(SAFEGUARDS)('$citation is built where it says', ({ builtIn }) => {
    expect(builtIn.filter((path) => !existsSync(join(REPOSITORY, path)))).toEqual([]);
    expect(builtIn.length).toBeGreaterThan(0);
  });

  test.each(SAFEGUARDS)('$citation is shown by tests that are there', ({ provedBy }) => {
    const missing = provedBy.filter(({ file, test: name }) => {
      return !existsSync(join(REPOSITORY, file)) || !read(file).includes(name);
    });
    expect(missing).toEqual([]);
    expect(provedBy.length).toBeGreaterThan(0);
  });
});
