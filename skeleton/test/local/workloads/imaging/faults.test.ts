import '../../../../local/quiet-sdk';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Client } from 'pg';
import { superuserClient } from '../../../../local/database';
import { Random } from '../../../../local/simulator/random';
import { LocalStack } from '../../../../local/stack';
import { introduce } from '../../../../local/workloads/imaging/introduce';
import { ImagingPrograms } from '../../../../local/workloads/imaging/programs';
import { type ScannedFile, Scanner } from '../../../../local/workloads/imaging/simulator/scanner';
import { TusSender } from '../../../../local/workloads/imaging/simulator/tus-sender';
import { IMAGING, settings } from '../../../foundation/support/settings';
import { eventually, temporaryDirectory } from '../../support';

/** How often a worker is killed: one that works, one while the queue is away, one that has just come back. `npm run bench -- --load` has more. */
const KILLS = 3;
const SENDERS = 3;
/** Above one part of S3, so that uploads in parts are cut as well: 2 × 2200² bytes. */
const LARGE_SIDE_PX = 2_200;
const SMALL_SIDE_PX = 128;
const SEED = process.env.IMAGING_SEED ?? String(Date.now());

describe(`imaging in trouble (seed ${SEED}, ${KILLS} kills)`, () => {
  const directory = temporaryDirectory();
  const random = new Random(SEED);
  let stack: LocalStack;
  let programs: ImagingPrograms;
  let database: Client;
  const sent: Array<ScannedFile & { readonly scanId: string }> = [];

  beforeAll(async () => {
    stack = await LocalStack.start({
      tenant: settings(IMAGING),
      outputsFile: join(directory, 'flat-outputs.json'),
      logDirectory: join(directory, 'logs'),
      processorEnvironment: { SWEEP_SECONDS: '1', JOB_LOCK_SECONDS: '2' },
      restartPauseMaxMs: 50,
      onLost: (reason) => {
        throw new Error(reason);
      },
    });
    if (!(stack.programs instanceof ImagingPrograms)) throw new Error('This stack is not of imaging.');
    programs = stack.programs;
    database = superuserClient(stack.postgres, stack.outputs.DatabaseName);
    await database.connect();
  }, 120_000);
  afterAll(async () => {
    await database.end();
    await stack.stop();
  }, 60_000);

  /** Sends file after file until it is told to stop; every third part is cut somewhere. */
  async function sendUntil(isOver: () => boolean, number: number): Promise<void> {
    const sender = new TusSender(stack.outputs);
    const small = new Scanner({ seed: `${SEED}/small/${number}`, sidePx: SMALL_SIDE_PX });
    const large = new Scanner({ seed: `${SEED}/large/${number}`, sidePx: LARGE_SIDE_PX });
    try {
      for (let count = 0; !isOver(); count += 1) {
        const file = (count % 8 === 1 ? large : small).next();
        const scanId = await sender.send(file.bytes, {
          partBytes: 4 * 1024 * 1024,
          cut: (partBytes) =>
            random.chance(1 / 3)
              ? { afterBytes: random.wholeBetween(0, partBytes), thenMs: random.between(0, 30) }
              : undefined,
        });
        sent.push({ ...file, scanId });
      }
    } finally {
      sender.close();
    }
  }

  /** Kills a worker at a random moment, once it runs. */
  async function killOne(): Promise<void> {
    const victim = random.pick(programs.processors as [(typeof programs.processors)[number]]);
    await eventually('a worker runs', () => victim.pid !== undefined, 60_000);
    await sleep(random.between(300, 1_500));
    victim.signal('SIGKILL');
    await eventually('it has ended', () => victim.restartCount > 0);
  }

  /** Without waiting in line: the gateway is in this process. */
  async function shell(line = ''): Promise<string> {
    const { stdout } = await promisify(execFile)('sh', ['-c', line]);
    return stdout;
  }

  async function column(text: string): Promise<unknown[]> {
    const { rows } = await database.query<{ value: unknown }>(text);
    return rows.map(({ value }) => value);
  }

  test('has stored what was sent, while uploads were cut, workers killed and the queue lost', async () => {
    let isOver = false;
    const sending = Array.from({ length: SENDERS }, async (_, number) => sendUntil(() => isOver, number));
    try {
      for (let kill = 1; kill <= KILLS; kill += 1) {
        await killOne();
        if (kill === 2) {
          await stack.cache?.kill();
          await sleep(random.between(0, 1_000));
          await stack.cache?.restart();
        }
      }
    } finally {
      isOver = true;
      await Promise.all(sending);
    }

    await eventually(
      'every scan is settled and gone from the folder',
      async () => (await column(`SELECT 1 AS value FROM scan WHERE removed_at IS NULL`)).length === 0,
      120_000,
    );
    expect(programs.processors.reduce((sum, { restartCount }) => sum + restartCount, 0)).toBe(KILLS);
  }, 900_000);

  test('has every scan once, under its own id', async () => {
    expect(sent.length).toBeGreaterThan(KILLS);
    expect(await column(`SELECT DISTINCT state || coalesce(' ' || reason_code, '') AS value FROM scan`)).toEqual([
      'stored',
    ]);
    expect(await column('SELECT scan_id::text AS value FROM instance ORDER BY 1')).toEqual(
      sent.map(({ scanId }) => scanId).sort(),
    );
    expect(await column('SELECT scan_id::text AS value FROM scan ORDER BY 1')).toEqual(
      sent.map(({ scanId }) => scanId).sort(),
    );
  });

  test('has each original once, bit for bit, with one preview and one derivative', async () => {
    const { ScanBucketName: bucket, LocalObjectsEndpoint: endpoint } = stack.outputs;
    const kinds = (kind: string) => programs.objects.paths.filter((path) => path.startsWith(`${bucket}/${kind}/`));
    const hashes = await Promise.all(
      kinds('originals').map(async (path) => {
        const answer = await fetch(`${endpoint}/${path}`);
        return createHash('sha256')
          .update(Buffer.from(await answer.arrayBuffer()))
          .digest('hex');
      }),
    );

    expect(hashes.sort()).toEqual(sent.map(({ sha256 }) => sha256.toString('hex')).sort());
    expect([kinds('previews').length, kinds('deidentified').length]).toEqual([sent.length, sent.length]);
  });

  test('has left no file in the folder of scans', () => {
    const files = readdirSync(programs.scanFolder, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );

    expect(files.map(({ name }) => name)).toEqual([]);
  });

  test('has told of each scan that it was received, stored and removed, once', async () => {
    await eventually(
      'the outbox is empty',
      async () => (await column('SELECT 1 AS value FROM scan_event WHERE published_at IS NULL')).length === 0,
    );
    expect(
      await column(
        `SELECT step || ' ' || count(*) || ' ' || count(DISTINCT scan_id) AS value FROM scan_event
          WHERE step IN ('received', 'stored', 'removed', 'failed') GROUP BY step ORDER BY step`,
      ),
    ).toEqual(['received', 'removed', 'stored'].map((step) => `${step} ${sent.length} ${sent.length}`));
  });

  test('takes a file and answers a question as people are told to by the summary', async () => {
    const [file, sending, asking] = [
      join(directory, 'scan.dcm'),
      ...introduce(stack.outputs).next.filter((line) => !line.startsWith('#')),
    ];
    const scan = new Scanner({ seed: `${SEED}/by hand`, sidePx: SMALL_SIDE_PX }).next();
    writeFileSync(file, scan.bytes);

    const answer = await shell(sending?.replace('scan.dcm', file));
    expect(answer).toMatch(/^HTTP\/1.1 201 /m);
    expect(answer).toMatch(/^location: https:\/\/127\.0\.0\.1:\d+\/uploads\/[\da-f-]{36}\r$/im);
    // The five of the summary are those of the latest dates: of scans that are made up, this one need not be among them.
    const askingForIt = asking?.replace('limit=5', `StudyInstanceUID=${scan.studyInstanceUid}`);
    await eventually('the study is found', async () => (await shell(askingForIt)).includes(scan.studyInstanceUid));
    expect(JSON.parse(await shell(asking))).not.toHaveLength(0);
  });
});
