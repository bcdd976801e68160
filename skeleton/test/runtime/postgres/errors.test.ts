import { databaseErrorKind, isAuthenticationError, sqlStateOf } from '../../../src/runtime/postgres/errors';

const withCode = (code: string) => Object.assign(new Error('x'), { code });

describe('databaseErrorKind', () => {
  test.each([
    ['22021', 'data'],
    ['23514', 'data'],
    ['54000', 'data'],
    ['57P01', 'transient'],
    ['57P03', 'transient'],
    ['08006', 'transient'],
    ['25006', 'transient'],
    ['40P01', 'transient'],
    ['53300', 'transient'],
    ['55P03', 'transient'],
    ['ECONNREFUSED', 'transient'],
    ['EPIPE', 'transient'],
    ['28P01', 'other'],
    ['42501', 'other'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'other'],
  ])('takes %s for %s', (code, kind) => {
    expect(databaseErrorKind(withCode(code))).toBe(kind);
  });

  test('takes a broken connection without a code for transient, and what is no error for other', () => {
    expect(databaseErrorKind(new Error('Connection terminated unexpectedly'))).toBe('transient');
    expect(databaseErrorKind(new Error('timeout exceeded when trying to connect'))).toBe('transient');
    expect(databaseErrorKind(new Error('something else'))).toBe('other');
    expect(databaseErrorKind('text')).toBe('other');
  });

  test('tells SQLSTATE from codes of Node.js', () => {
    expect(sqlStateOf(withCode('28P01'))).toBe('28P01');
    expect(sqlStateOf(withCode('EPIPE'))).toBeUndefined();
    expect(isAuthenticationError(withCode('28P01'))).toBe(true);
    expect(isAuthenticationError(withCode('28000'))).toBe(true);
    expect(isAuthenticationError(withCode('57P01'))).toBe(false);
  });
});
