import { randomUUID } from 'node:crypto';
import { ScanOperatorFixture } from './operator-fixture';
import { makeInstance } from '../support/part10';

// The first test that needs a server waits for its start.
jest.setTimeout(60_000);

let operator: ScanOperatorFixture;
let hospitalId: number;
beforeAll(async () => {
  operator = await ScanOperatorFixture.start();
});
beforeEach(async () => {
  await operator.database.owner.query('TRUNCATE scan, instance, instance_conflict, access_audit CASCADE');
  hospitalId = await operator.worker.hospital();
});
afterAll(async () => operator.stop());

describe('scans that failed', () => {
  test('are counted by their reasons, and told by their ids', async () => {
    const [first, second, lost] = [
      await operator.fail(hospitalId),
      await operator.fail(hospitalId),
      await operator.lose(hospitalId),
    ];
    await operator.store(hospitalId);
    const counted = await operator.run(['scans', 'list']);
    expect(counted.out).toMatch(/2 {2}truncated {2}from .*\n.*1 {2}file_missing {2}from /);
    const { out } = await operator.run(['scans', 'list', '--reason', 'truncated']);
    expect([out.includes(first.scanId), out.includes(second.scanId), out.includes(lost.scanId)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(out).toContain(`${first.scanId}  hospital ${hospitalId}  `);
    const one = await operator.run(['scans', 'list', '--reason', 'truncated', '--limit', '1']);
    expect([one.out.includes(first.scanId), one.out.includes(second.scanId)]).toEqual([true, false]);
    expect(await operator.onRecord()).toEqual([
      'scans.list Scan success 3',
      'scans.list Scan success 2',
      'scans.list Scan success 1',
    ]);
  });

  test('are none where none failed', async () => {
    expect((await operator.run(['scans', 'list'])).out).toContain('No scan failed.');
    expect((await operator.run(['scans', 'list', '--reason', 'truncated'])).out).toContain('for this reason');
  });

  test('are worked on again out of the bucket, and stored when what hindered them has passed', async () => {
    const instance = makeInstance();
    const scan = await operator.store(hospitalId, instance);
    await operator.database.owner.query(
      `DELETE FROM instance; UPDATE scan SET state = 'failed', reason_code = 'internal'`,
    );
    const { exitCode, out } = await operator.run(['scans', 'retry', '--id', scan.scanId]);
    expect([exitCode, out]).toEqual([0, expect.stringContaining('1 scan will be worked on again.')]);
    expect(await operator.process(scan.scanId)).toBe('stored');
    expect(await operator.worker.files()).toEqual([]);
  });

  test('are worked on again by their reason, and fail again for it', async () => {
    const scans = [await operator.fail(hospitalId), await operator.fail(hospitalId)];
    expect((await operator.run(['scans', 'retry', '--reason', 'truncated'])).out).toContain('2 scans');
    for (const { scanId } of scans) expect(await operator.process(scanId)).toBe('failed');
  });

  test('are dropped with their files, and who did it stays on record', async () => {
    const scan = await operator.fail(hospitalId);
    expect(operator.keysOf(hospitalId)).toHaveLength(1);
    const { exitCode } = await operator.run(['scans', 'drop', '--id', scan.scanId, '--because', 'sent by mistake']);
    expect([exitCode, operator.keysOf(hospitalId)]).toEqual([0, []]);
    expect(await operator.worker.scan(scan.scanId)).toMatchObject({ state: 'failed', reason_code: 'dropped' });
    expect(await operator.onRecord()).toEqual(['scans.drop Scan success 1']);
  });

  test('leave the file of the same bytes that was stored from another scan', async () => {
    const instance = makeInstance();
    const failed = await operator.store(hospitalId, instance);
    await operator.database.owner.query(
      `DELETE FROM instance; UPDATE scan SET state = 'failed', reason_code = 'internal'`,
    );
    await operator.store(hospitalId, instance);
    const keys = operator.keysOf(hospitalId);
    await operator.run(['scans', 'drop', '--id', failed.scanId, '--because', 'stored meanwhile']);
    expect(operator.keysOf(hospitalId)).toEqual(keys);
  });

  test('whose files were dropped or erased are not worked on again, nor any that are named beside them', async () => {
    const [dropped, erased, other] = [
      await operator.fail(hospitalId),
      await operator.fail(hospitalId),
      await operator.fail(hospitalId),
    ];
    await operator.run(['scans', 'drop', '--id', dropped.scanId, '--because', 'sent by mistake']);
    await operator.rows(`UPDATE scan SET reason_code = 'erased' WHERE scan_id = $1`, [erased.scanId]);
    for (const gone of [dropped, erased]) {
      const run = await operator.run(['scans', 'retry', '--id', gone.scanId, '--id', other.scanId]);
      expect([run.exitCode, run.err]).toEqual([4, expect.stringContaining(`${gone.scanId}. Nothing was done`)]);
    }
    expect(await operator.worker.scan(dropped.scanId)).toMatchObject({ state: 'failed', reason_code: 'dropped' });
    expect(await operator.worker.scan(other.scanId)).toMatchObject({ state: 'failed', reason_code: 'truncated' });
  });

  test('that are dropped while the bucket is away are dropped by the same command again', async () => {
    const scans = [await operator.fail(hospitalId), await operator.fail(hospitalId)];
    const words = ['scans', 'drop', '--reason', 'truncated', '--because', 'sent by mistake'];
    let removals = 0;
    const away = operator.watching(() => {
      if (++removals === 2) throw Object.assign(new Error('away'), { name: 'SlowDown' });
    });
    expect((await operator.run(words, away)).exitCode).toBe(1);
    expect((await operator.run(words)).out).toContain('1 scan dropped.');
    for (const { scanId } of scans) {
      expect(await operator.worker.scan(scanId)).toMatchObject({ reason_code: 'dropped' });
    }
    expect(operator.keysOf(hospitalId)).toEqual([]);
  });

  test.each([
    ['of an id that is nobody’s', ['scans', 'retry', '--id', randomUUID()], 3, 'No scan of these ids failed'],
    ['of a reason that none has', ['scans', 'retry', '--reason', 'no_such_reason'], 3, 'No scan failed for the reason'],
    ['without saying which', ['scans', 'retry'], 2, '--id'],
    ['by what is no id', ['scans', 'drop', '--id', '../../etc/passwd', '--because', 'x'], 2, 'the id of a scan'],
    ['without a reason', ['scans', 'drop', '--id', randomUUID()], 2, '--because'],
    ['by a limit of nothing', ['scans', 'list', '--limit', '0'], 2, 'a whole number from 1 to 9999'],
    ['by a command that is none', ['scans', 'explode'], 2, 'scans list'],
  ])('%s, are told what is wrong, without a trace of the program', async (_what, words, exitCode, message) => {
    const run = await operator.run(words);
    expect([run.exitCode, run.out + run.err]).toEqual([exitCode, expect.stringContaining(message)]);
    expect(run.out + run.err).not.toMatch(/\n\s+at /);
  });

  test('are none of those that are stored: nothing is done to any when one is not there', async () => {
    const [failed, stored] = [await operator.fail(hospitalId), await operator.store(hospitalId)];
    const words = ['scans', 'drop', '--id', failed.scanId, '--id', stored.scanId, '--because', 'both'];
    expect((await operator.run(words)).exitCode).toBe(3);
    expect(await operator.worker.scan(failed.scanId)).toMatchObject({ reason_code: 'truncated' });
  });
});

describe('files that came with the id of another', () => {
  async function conflict() {
    const instance = makeInstance();
    const first = await operator.store(hospitalId, instance);
    const other = makeInstance({ ...instance });
    const later = await operator.store(hospitalId, other);
    expect([first.outcome, later.outcome]).toEqual(['stored', 'conflict']);
    return { first, later, other };
  }

  const originals = () => operator.keysOf(hospitalId).filter((key) => key.startsWith('originals/'));

  test('are told, and kept beside the first when a person says so', async () => {
    const { later } = await conflict();
    const listed = await operator.run(['conflicts', 'list']);
    expect(listed.out).toContain(`${later.scanId}  hospital ${hospitalId}  `);
    expect(listed.out).toContain('1 conflict to decide.');
    await operator.run(['conflicts', 'keep', '--id', later.scanId, '--because', 'a second take']);
    expect(originals()).toHaveLength(2);
    expect((await operator.run(['conflicts', 'list'])).out).toContain('0 conflicts');
    expect(await operator.onRecord()).toEqual([
      'conflicts.list Conflict success 1',
      'conflicts.keep Conflict success 1',
      'conflicts.list Conflict success 0',
    ]);
  });

  test('are removed when a person says so, and the first stays as it is', async () => {
    const { first, later } = await conflict();
    const before = await operator.rows<{ sha256: Buffer }>('SELECT sha256 FROM instance');
    await operator.run(['conflicts', 'discard', '--id', later.scanId, '--because', 'a copy with errors']);
    expect(originals()).toHaveLength(1);
    expect(originals()[0]).toContain(before[0]?.sha256.toString('hex'));
    expect(await operator.rows('SELECT sha256 FROM instance')).toEqual(before);
    expect(await operator.worker.scan(first.scanId)).toMatchObject({ state: 'stored' });
  });

  test('that came twice are kept once where one of the two is discarded', async () => {
    const { later, other } = await conflict();
    const again = await operator.store(hospitalId, other);
    expect(again.outcome).toBe('conflict');
    await operator.run(['conflicts', 'keep', '--id', later.scanId, '--because', 'a second take']);
    await operator.run(['conflicts', 'discard', '--id', again.scanId, '--because', 'the same again']);
    expect(originals()).toHaveLength(2);
  });

  test('are on record with who decided, and why', async () => {
    const { later } = await conflict();
    await operator.run(['conflicts', 'discard', '--id', later.scanId, '--because', 'a copy']);
    const record = { principal: 'Anna Schmidt (local)', query: `id=${later.scanId}&because=a+copy` };
    expect(await operator.rows('SELECT principal, query, outcome FROM access_audit ORDER BY occurred_at')).toEqual([
      { ...record, outcome: 'started' },
      { ...record, outcome: 'success' },
    ]);
    expect(await operator.rows('SELECT resolution FROM instance_conflict')).toEqual([{ resolution: 'discarded' }]);
  });

  test('stay to be decided where the bucket is away, and none is decided where one is decided already', async () => {
    const [one, other] = [await conflict(), await conflict()];
    const discard = ['conflicts', 'discard', '--because', 'a copy', '--id', one.later.scanId];
    const away = operator.watching(() => {
      throw Object.assign(new Error('away'), { name: 'SlowDown' });
    });
    expect((await operator.run(discard, away)).exitCode).toBe(1);
    expect((await operator.run(['conflicts', 'list'])).out).toContain('2 conflicts to decide');
    expect((await operator.run(discard)).exitCode).toBe(0);
    expect((await operator.run([...discard, '--id', other.later.scanId])).exitCode).toBe(4);
    expect((await operator.run(['conflicts', 'list'])).out).toContain(other.later.scanId);
  });

  test.each([
    ['of a scan that is in none', 'keep', () => randomUUID(), 3, '"conflicts list" tells those that there are'],
    ['by what is no id', 'discard', () => '1; DROP TABLE scan', 2, 'the id of a scan'],
  ])('are not decided %s', async (_what, word, id, exitCode, message) => {
    const run = await operator.run(['conflicts', word, '--id', id(), '--because', 'a copy']);
    expect([run.exitCode, run.err]).toEqual([exitCode, expect.stringContaining(message)]);
  });

  test('are decided once', async () => {
    const { later } = await conflict();
    const words = ['conflicts', 'keep', '--id', later.scanId, '--because', 'a second take'];
    expect((await operator.run(words)).exitCode).toBe(0);
    const { exitCode, err, out } = await operator.run(words);
    expect([exitCode, out + err]).toEqual([
      4,
      expect.stringContaining(`decided already: ${later.scanId}. Nothing was done: "conflicts list"`),
    ]);
  });
});
