import {
  EnvironmentError,
  parseApiEnvironment,
  parseObservationIngestEnvironment,
  parseObservationProcessorEnvironment,
  parseOperatorEnvironment,
  parseProcessorEnvironment,
  parseTogether,
  type Variables,
} from '../../src/runtime/environment';

const COMMON = {
  AWS_REGION: 'eu-central-1',
  DATABASE_HOST: 'db.example',
  DATABASE_NAME: 'vitals',
  DATABASE_SECRET_ARN: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:x-a1B2c3',
  ENVIRONMENT_SUFFIX: 'prod',
};
const PROCESSOR = { ...COMMON, STREAM_NAME: 'stream-prod', QUARANTINE_RETENTION_DAYS: '90' };

describe('the environment', () => {
  test('of ingest names the stream, and neither database nor secret', () => {
    const { STREAM_NAME, AWS_REGION, ENVIRONMENT_SUFFIX } = PROCESSOR;
    const given = { STREAM_NAME, AWS_REGION, ENVIRONMENT_SUFFIX, OBSERVATION_RETENTION_DAYS: '90' };
    expect(parseObservationIngestEnvironment(given)).toEqual({
      streamName: 'stream-prod',
      region: 'eu-central-1',
      observationRetentionDays: 90,
      environmentSuffix: 'prod',
    });
    expect(() => parseObservationIngestEnvironment({})).toThrow(
      /STREAM_NAME is missing[\s\S]*OBSERVATION_RETENTION_DAYS is missing/,
    );
  });

  test('of a processor has defaults for all but what differs between environments', () => {
    expect(parseProcessorEnvironment(PROCESSOR)).toEqual({
      streamName: 'stream-prod',
      region: 'eu-central-1',
      database: {
        host: 'db.example',
        port: 5432,
        name: 'vitals',
        secretArn: COMMON.DATABASE_SECRET_ARN,
        caFile: undefined,
      },
      cache: undefined,
      quarantineRetentionDays: 90,
      auditRetentionDays: 2192,
      environmentSuffix: 'prod',
      healthPort: 8080,
      pollIntervalMs: 200,
      batchEventsMax: 500,
      leaseSeconds: 15,
      migrationsDirectory: undefined,
    });
  });

  test('of a processor of observations says how old they may be', () => {
    const read = (days?: string) =>
      parseObservationProcessorEnvironment({ ...PROCESSOR, ...(days && { OBSERVATION_RETENTION_DAYS: days }) });

    expect(read('30')).toEqual({ ...parseProcessorEnvironment(PROCESSOR), observationRetentionDays: 30 });
    expect(() => read()).toThrow('OBSERVATION_RETENTION_DAYS is missing');
  });

  test('in two parts has the faults of both told together', () => {
    const own = (variables: Variables) => {
      if (variables.OWN === undefined) throw new EnvironmentError(['OWN is missing: expected anything']);
      return { own: variables.OWN };
    };
    const read = (variables: Variables) => parseTogether(variables, parseProcessorEnvironment, own);

    expect(read({ ...PROCESSOR, OWN: 'x' })).toEqual({ ...parseProcessorEnvironment(PROCESSOR), own: 'x' });
    expect(() => read({ ...PROCESSOR, STREAM_NAME: undefined })).toThrow(/STREAM_NAME is missing.*\n.*OWN is missing/);
  });

  test('of the API reads where it writes, unless it names a reader', () => {
    expect(parseApiEnvironment(COMMON).databaseReaderHost).toBe('db.example');
    expect(parseApiEnvironment({ ...COMMON, DATABASE_READER_HOST: 'reader.example' }).databaseReaderHost).toBe(
      'reader.example',
    );
  });

  test('of a processor keeps the audit trail six years at the least', () => {
    const read = (days: string) => parseProcessorEnvironment({ ...PROCESSOR, AUDIT_RETENTION_DAYS: days });

    expect(read('3653').auditRetentionDays).toBe(3653);
    expect(() => read('2191')).toThrow('AUDIT_RETENTION_DAYS is wrong: expected a whole number of days from 2192');
  });

  test('of an operator names the law and its days together, or neither', () => {
    const read = (change: object) => parseOperatorEnvironment({ ...COMMON, ...change }).legalRetention;
    const LEGAL_RETENTION_BASIS = 'BGB § 630f (3)';

    expect(read({})).toBeUndefined();
    expect(read({ LEGAL_RETENTION_DAYS: '30', LEGAL_RETENTION_BASIS })).toEqual({
      days: 30,
      basis: LEGAL_RETENTION_BASIS,
    });
    expect(() => read({ LEGAL_RETENTION_DAYS: '30' })).toThrow('LEGAL_RETENTION_BASIS is missing');
    expect(() => read({ LEGAL_RETENTION_BASIS })).toThrow('LEGAL_RETENTION_DAYS is missing');
  });

  describe('of a cache', () => {
    const ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:cache-a1B2c3';
    const CACHE = { CACHE_ENDPOINT: 'cache.example:6379', CACHE_AUTH_TOKEN_SECRET_ARN: ARN };
    const readers = [
      (change: object) => parseProcessorEnvironment({ ...PROCESSOR, ...change }),
      (change: object) => parseApiEnvironment({ ...COMMON, ...change }),
    ];

    test.each(readers)('is read whole, or is absent', (read) => {
      expect(read({}).cache).toBeUndefined();
      expect(read(CACHE).cache).toEqual({
        host: 'cache.example',
        port: 6379,
        authTokenSecretArn: ARN,
        caFile: undefined,
      });
      expect(read({ ...CACHE, CACHE_CA_FILE: '/ca.pem' }).cache?.caFile).toBe('/ca.pem');
    });

    test.each([
      [{ CACHE_ENDPOINT: 'cache.example:6379' }, 'CACHE_AUTH_TOKEN_SECRET_ARN is missing: expected it beside'],
      [{ CACHE_AUTH_TOKEN_SECRET_ARN: ARN }, 'CACHE_ENDPOINT is missing: expected it beside CACHE_AUTH_TOKEN'],
      [{ CACHE_CA_FILE: '/ca.pem' }, 'CACHE_ENDPOINT is missing'],
      [{ ...CACHE, CACHE_ENDPOINT: 'cache.example' }, 'CACHE_ENDPOINT is wrong: expected host and port of the cache'],
      [{ ...CACHE, CACHE_ENDPOINT: 'cache.example:65536' }, 'CACHE_ENDPOINT is wrong'],
    ])('that is half described is an error that names the variable', (change, message) => {
      for (const read of readers) expect(() => read(change)).toThrow(message);
    });
  });

  test('that is wrong is told by every variable at once, without its value', () => {
    const read = () =>
      parseProcessorEnvironment({ ...PROCESSOR, STREAM_NAME: undefined, DATABASE_PORT: 'hunter2', LEASE_SECONDS: '0' });

    expect(read).toThrow(EnvironmentError);
    expect(read).toThrow(
      [
        'The environment is wrong:',
        '- DATABASE_PORT is wrong: expected a whole number of a TCP port from 1 to 65535',
        '- STREAM_NAME is missing: expected the name of the Kinesis stream',
        '- LEASE_SECONDS is wrong: expected a whole number of seconds from 1 to 300',
      ].join('\n'),
    );
  });
});
