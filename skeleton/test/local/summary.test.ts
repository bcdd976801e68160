import type { LocalOutputs } from '../../local/outputs';
import { introduceApi, summary } from '../../local/summary';

const outputs = {
  TenantId: 'st-luke',
  ApiUrl: 'http://127.0.0.1:8080/',
  LocalKinesisEndpoint: 'http://127.0.0.1:4567',
  KinesisStreamName: 'st-luke-events',
  DatabaseName: 'pipeline',
} as LocalOutputs;
const stack = {
  outputs,
  postgres: '127.0.0.1:5432',
  outputsFile: `${process.cwd()}/cfn-outputs/flat-outputs.json`,
  logDirectory: `${process.cwd()}/.local/logs`,
  startedInMs: 3_210,
};

describe('whoever starts the local stack is told', () => {
  test('where everything is, in a column', () => {
    const text = summary({
      ...stack,
      introduction: {
        places: [
          ['Gateway', 'here'],
          ['S3', 'there'],
        ],
        next: ['do this'],
      },
    });

    expect(text).toContain('The pipeline of st-luke runs (started in 3.2 s).');
    expect(
      text
        .split('\n')
        .filter((line) => /^ {2}\S+ +\S/.test(line))
        .slice(0, 6),
    ).toEqual([
      '  Gateway    here',
      '  S3         there',
      '  Kinesis    http://127.0.0.1:4567  stream st-luke-events',
      '  PostgreSQL 127.0.0.1:5432  database pipeline',
      '  Outputs    cfn-outputs/flat-outputs.json',
      '  Logs       .local/logs',
    ]);
    expect(text).toContain('Try next:\n  do this\n  npm run integration');
  });

  test('what to ask an API, and where its cache is if it has one', () => {
    expect(introduceApi(outputs)).toEqual({
      places: [['API', 'http://127.0.0.1:8080/']],
      next: ['curl http://127.0.0.1:8080/metadata'],
    });
    expect(introduceApi({ ...outputs, CacheEndpoint: 'localhost:6379' }).places).toContainEqual([
      'Redis',
      'localhost:6379',
    ]);
  });
});
