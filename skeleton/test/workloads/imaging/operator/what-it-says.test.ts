import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { ScanOperatorFixture } from './operator-fixture';
import { listenOnLoopback } from '../../../../local/doubles/listen';
import { SCAN_OPERATOR } from '../../../../src/workloads/imaging/operator/program';
import { S3Double } from '../../../support/s3-double';
import { makeInstance } from '../support/part10';

jest.setTimeout(60_000);

const PATIENT = 'mustermann';
const README = 'docs/workloads/imaging/README.md';

let operator: ScanOperatorFixture;
let ecs: Server;
let task: Record<string, string>;
beforeAll(async () => {
  operator = await ScanOperatorFixture.start();
  ecs = createServer((_request, response) => {
    response.end(JSON.stringify({ TaskARN: 'arn:aws:ecs:sa-east-1:111122223333:task/cluster/0123' }));
  });
  const port = await listenOnLoopback(ecs);
  task = { ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${port}/v4`, EXPORT_BUCKET: 'exports-test' };
});
afterAll(async () => {
  ecs.close();
  await operator.stop();
});

test('the log of its task has counts and ids of ours, and nothing of patients, whatever is asked', async () => {
  const hospitalId = await operator.worker.hospital();
  const image = makeInstance({ patientId: PATIENT });
  await operator.store(hospitalId, image);
  const conflict = await operator.store(hospitalId, makeInstance({ ...image, patientId: PATIENT }));
  const failed = await operator.fail(hospitalId, makeInstance({ patientId: PATIENT }));
  const of = ['--hospital', String(hospitalId), '--patient', PATIENT];
  const because = ['--because', `letter of ${PATIENT}`];
  const fault = operator.watching(() => {
    throw new Error(`no ${PATIENT} today`);
  });
  const commands: ReadonlyArray<readonly [words: string[], exitCode: number, change?: object]> = [
    [['scans', 'list'], 0],
    [['scans', 'list', '--reason', 'truncated'], 0],
    [['scans', 'retry', '--id', conflict.scanId], 3],
    [['scans', 'drop', '--id', failed.scanId, ...because], 1, fault],
    [['scans', 'drop', '--id', failed.scanId, ...because], 0],
    [['conflicts', 'list'], 0],
    [['conflicts', 'keep', '--id', conflict.scanId, ...because], 0],
    [['patient', 'export', ...of], 0],
    [['patient', 'export', ...of], 1, fault],
    [['patient', 'erase', ...of, ...because], 1, fault],
    [['patient', 'erase', ...of, ...because], 0],
    [['patient', 'erase', ...of, ...because, PATIENT], 2],
  ];
  let said = '';
  for (const [words, exitCode, change] of commands) {
    const { client: s3 } = new S3Double('aws:kms');
    const run = await operator.run(words, { variables: task, s3, ...change });
    expect([words, run.exitCode]).toEqual([words, exitCode]);
    for (const line of run.out.trim().split('\n')) expect(() => line === '' || void JSON.parse(line)).not.toThrow();
    expect(run.err).not.toMatch(/\n\s+at /);
    said += run.out + run.err;
  }
  const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = image;
  for (const secret of [PATIENT, 'Doe', 'Jane', studyInstanceUid, seriesInstanceUid, sopInstanceUid]) {
    expect([secret, said.includes(secret)]).toEqual([secret, false]);
  }
});

test('a task whose environment is not whole says what is missing, and does nothing', async () => {
  const { exitCode, out, err } = await operator.run(['scans', 'list'], { variables: { SCAN_BUCKET: undefined } });
  expect([exitCode, out, err]).toEqual([2, '', expect.stringContaining('SCAN_BUCKET')]);
});

test('the manual has each command with the options that it takes', () => {
  const manual = readFileSync(README, 'utf8');
  const rows = [...manual.matchAll(/^\| `((?:scans|conflicts|patient) [^`]*)` \|/gm)].map(([, row = '']) => row);
  expect(rows.map((row) => row.split(' ', 2).join(' '))).toEqual(SCAN_OPERATOR.commands.map(({ name }) => name));
  for (const { name, required, optional, oneOf = [] } of SCAN_OPERATOR.commands) {
    const row = rows.find((text) => text.startsWith(name)) ?? '';
    const told = [...row.matchAll(/--([a-z]+)/g)].map(([, option]) => option).sort();
    // Who asks is said once for all of them, and where exports go on the page that has the others.
    const taken = [...required, ...optional, ...oneOf].filter(
      (option) => !['operator', 'output', 'limit'].includes(option),
    );
    expect([name, told]).toEqual([name, taken.sort()]);
  }
});

test('the program that is bundled tells all of them when it is asked for help', async () => {
  const [words, listeners] = [process.argv, new Set(process.listeners('SIGTERM'))];
  const interrupts = new Set(process.listeners('SIGINT'));
  let told = '';
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    told += String(text);
    return true;
  });
  process.argv = [...words.slice(0, 2), '--help'];
  try {
    await import('../../../../src/workloads/imaging/operator');
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    write.mockRestore();
    process.argv = words;
    process.exitCode = undefined;
    for (const one of process.listeners('SIGTERM')) if (!listeners.has(one)) process.off('SIGTERM', one);
    for (const one of process.listeners('SIGINT')) if (!interrupts.has(one)) process.off('SIGINT', one);
  }
  for (const { name, summary } of SCAN_OPERATOR.commands) {
    expect(told).toContain(name);
    expect(told.replace(/\s+/g, ' ')).toContain(summary);
  }
});
