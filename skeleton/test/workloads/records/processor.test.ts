import { A01, A40, PID_FIELDS, message, MSH, PV1, segment } from './hl7/adt-messages';
import { RECORD_RESOURCE_TYPES } from '../../../src/fhir-r4-types';
import { killProcessors, type ProcessorProcess, startProcessor } from '../../support/processor-process';
import { countOf, eventually } from '../../support/test-consumer';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { createTestStream, type TestStream } from '../../support/test-stream';

// Processes start, and a machine may have much else to do.
jest.setTimeout(120_000);

describe('the processor, bundled and run as a process', () => {
  let database: TestDatabase;
  let stream: TestStream;

  beforeEach(async () => {
    database = await createTestDatabase({ workload: 'records' });
    stream = await createTestStream(2);
  });
  afterEach(async () => {
    await killProcessors();
    await stream.drop();
    await database.drop();
  });

  const start = async (environment: Record<string, string> = {}): Promise<ProcessorProcess> =>
    startProcessor({
      workload: 'records',
      database,
      kinesisEndpoint: stream.endpoint,
      streamName: stream.streamName,
      environment: { RESOURCE_TYPES: RECORD_RESOURCE_TYPES.join(','), ...environment },
    });

  const versionsStored = async () => countOf(database, 'resource_version');

  test('stores once what it was given when it is killed in the middle of a batch, and of a Bundle all or nothing', async () => {
    await database.owner.query(`
      CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(0.002); RETURN NEW; END $$`);
    await database.owner.query(
      'CREATE TRIGGER slow BEFORE INSERT ON resource_version FOR EACH ROW EXECUTE FUNCTION take_time()',
    );
    const patients = Array.from({ length: 100 }, (_, index) => `p-${index}`);
    const submissions = [3, 1, 2].flatMap((version) =>
      patients.map((id, index) =>
        index % 10 === 0 ? transaction(id, version) : JSON.stringify(patientVersion(id, version)),
      ),
    );
    await stream.put(submissions);
    const victim = await start({ BATCH_EVENTS_MAX: '25' });
    const other = await start({ BATCH_EVENTS_MAX: '25' });
    await eventually(versionsStored, (count) => count > 50);
    victim.signal('SIGKILL');
    expect(await victim.ended()).toBe('SIGKILL');
    await start({ BATCH_EVENTS_MAX: '25' });
    await stream.put(submissions);

    const wholeOnes = await eventually(
      async () => {
        const { rows } = await database.owner.query<{ checkpoint: string | null }>(
          'SELECT checkpoint FROM shard_lease',
        );
        return [await versionsStored(), rows.every(({ checkpoint }) => checkpoint !== null)];
      },
      ([count, isRead]) => count === 360 && isRead === true,
    );
    expect(wholeOnes).toEqual([360, true]);
    const { rows } = await database.owner.query<{ versions: number; newest: string; patients: number }>(
      `SELECT (SELECT count(*) FROM resource_version AS v WHERE v.resource_type = r.resource_type
           AND v.resource_id = r.resource_id)::integer AS versions,
         content::json #>> '{meta,versionId}' AS newest, count(*)::integer AS patients
       FROM resource AS r JOIN resource_version USING (resource_type, resource_id, version_id)
       WHERE resource_type = 'Patient' GROUP BY 1, 2`,
    );
    expect(rows).toEqual([{ versions: 3, newest: '3', patients: 100 }]);
    expect(await countOf(database, 'quarantine')).toBe(0);
    other.signal('SIGTERM');
    expect(await other.ended()).toBe(0);
  });

  test('stores what each kind of record says: messages, documents, Bundles and lines', async () => {
    await start();
    await stream.put([
      A01,
      `\n${JSON.stringify(patientVersion('pretty', 1), null, 2)}\n`,
      transaction('bundled', 1),
      [patientVersion('line-1', 1), patientVersion('line-2', 1)].map((one) => JSON.stringify(one)).join('\n'),
    ]);

    await eventually(versionsStored, (count) => count === 8);
    const { rows } = await database.owner.query<{ types: string[] }>(
      'SELECT array_agg(resource_type ORDER BY resource_type) AS types FROM resource',
    );
    expect(rows[0]?.types).toEqual(
      ['Encounter', 'Observation', 'Observation', ...Array<string>(5).fill('Patient')].slice(0, 8),
    );
  });

  test('says nothing about patients, whatever the records hold and whatever fails', async () => {
    const marker = 'Mustermann';
    await database.owner.query(
      "ALTER TABLE resource_version ADD CONSTRAINT picky CHECK (resource_id NOT LIKE 'refused%')",
    );
    const processor = await start();
    const hostile = [
      marker,
      `{"resourceType":"Patient","id":"${marker}"`,
      JSON.stringify({ resourceType: 'Patient', id: marker, birthDate: marker }),
      JSON.stringify({ resourceType: 'Patient', id: marker, [marker]: marker }),
      JSON.stringify({ resourceType: marker, id: marker }),
      JSON.stringify({ resourceType: 'Patient', id: `refused-${marker}` }),
      JSON.stringify({
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [{ fullUrl: marker, resource: { [marker]: 1 } }],
      }),
      `{"resourceType":"Patient","id":"${marker}","name":[{"family":"${marker}\\u0000\\ud800"}],"__proto__":{"${marker}":1}}`,
      message(MSH, segment('PID', { ...PID_FIELDS, 5: marker, 7: marker }), PV1),
      message(MSH, segment(marker, { 1: marker })),
      A40,
      `MSH|^~\\&|${marker}`,
    ];
    await stream.put([...hostile, Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(marker)])]);
    await stream.put([JSON.stringify(patientVersion('fine', 1))]);

    await eventually(
      async () => countOf(database, 'quarantine'),
      (count) => count === hostile.length + 1,
    );
    await eventually(versionsStored, (count) => count === 1);
    processor.signal('SIGTERM');
    await processor.ended();

    expect(processor.logged('batch.poisoned').length).toBeGreaterThan(0);
    expect(processor.output()).not.toContain(marker);
    const quarantine = await database.owner.query<{ reason: string }>(
      'SELECT reason_code || reason AS reason FROM quarantine',
    );
    // The name of an element that FHIR does not have is the place of the fault. No value is ever told.
    expect(quarantine.rows.map(({ reason }) => reason).filter((reason) => reason.includes(marker))).toEqual([
      `resource_invalidPatient.${marker}: FHIR R4 has no element ${marker} here`,
    ]);
  });

  test('does not start without the types of resource that it keeps, and says all that is missing', async () => {
    const processor = await startProcessor({
      workload: 'records',
      database,
      kinesisEndpoint: stream.endpoint,
      streamName: stream.streamName,
      environment: { RESOURCE_TYPES: 'Patient,Patent', STREAM_NAME: '' },
      untilHealthy: false,
    });

    expect(await processor.ended()).toBe(1);
    expect(processor.output()).toMatch(/STREAM_NAME is wrong.*\n.*RESOURCE_TYPES is wrong/);
  });
});

function patientVersion(id: string, version: number) {
  return { resourceType: 'Patient', id, meta: { versionId: String(version) }, active: true };
}

/** A patient and two observations, as one submission. */
function transaction(id: string, version: number): string {
  const observation = (name: string) => ({
    resourceType: 'Observation',
    id: `${id}-${name}`,
    meta: { versionId: String(version) },
    status: 'final',
    code: { text: name },
    subject: { reference: `Patient/${id}` },
  });
  return JSON.stringify({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [observation('one'), patientVersion(id, version), observation('two')].map((resource) => ({
      resource,
      request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
    })),
  });
}
