import { HL7_V2, ingestFixture, placesOf, referencesOf, storedBy } from './ingest-fixture';
import { A01, A40, eventOf, EVN, message, MSH, PID, PV1 } from '../hl7/adt-messages';

/** What an acknowledgment says: MSA-1, the message it answers, and severity, place and condition of each ERR. */
function ackOf(text: string) {
  const segments = text.split('\r').map((one) => one.split('|'));
  const [, code, answersTo, explanation = ''] = segments.find(([name]) => name === 'MSA') ?? [];
  const errors = segments.filter(([name]) => name === 'ERR');
  return {
    code,
    answersTo,
    explanation,
    errors: errors.map((one) => `${one[4]} ${one[2]} ${(one[3] ?? '').split('^')[0]}`),
  };
}

test('an admission is acknowledged, and goes into the stream as it came, in its patient’s order', async () => {
  const fixture = ingestFixture();
  const { status, headers, text } = await fixture.send('POST /', A01, HL7_V2);
  expect([status, headers.get('content-type')]).toEqual([202, 'application/hl7-v2; charset=utf-8']);
  expect(ackOf(text)).toMatchObject({ code: 'AA', answersTo: 'MSG-1', errors: [] });
  const [patient] = referencesOf(fixture);
  expect(storedBy(fixture)).toEqual([{ partitionKey: patient?.replace('Patient/', ''), event: eventOf(A01) }]);
  expect(fixture.counts).toMatchObject([{ form: 'hl7v2', acceptedCount: 1, refusedCount: 0 }]);
});

test('a merge is in the order of the patient that goes on', async () => {
  const fixture = ingestFixture();
  const { status } = await fixture.send('POST /', A40, HL7_V2);
  const [stored] = storedBy(fixture);
  const merge = stored?.event.changes.find(({ kind }) => kind === 'merge');
  expect([status, merge]).toMatchObject([202, { survivingId: stored?.partitionKey }]);
});

test.each<[string, string, string]>([
  ['framed as over TCP, with line feeds', `\x0b${A01.replaceAll('\r', '\r\n')}\x1c\r`, HL7_V2],
  ['in a character set that MSH-18 tells', A01.replace('UNICODE UTF-8', '8859/1').replace('Doe', 'D\xf6e'), HL7_V2],
  [
    'in a character set that only Content-Type tells',
    A01.replace('UNICODE UTF-8', '').replace('Doe', 'D\xf6e'),
    `${HL7_V2}; charset=iso-8859-1`,
  ],
])('a message %s is read by the processor as it was here', async (_name, text, contentType) => {
  const fixture = ingestFixture();
  const answer = await fixture.send('POST /', Buffer.from(text, 'latin1'), contentType);
  expect([answer.status, ackOf(answer.text).code]).toEqual([202, 'AA']);
  const [patient] = storedBy(fixture)[0]?.event.changes ?? [];
  const family = text.includes('D\xf6e') ? 'Döe' : 'Doe';
  expect(patient).toMatchObject({ content: expect.stringContaining(`"family":"${family}"`) });
});

test.each<[string, string, string, string[]]>([
  ['is about nobody', message(MSH, EVN, 'PID|1', PV1), '422 AE', ['E PID^1^3 101']],
  ['has a birthday that is none', A01.replace('19800229', '19810229'), '422 AE', ['E PID^1^7 102']],
  ['merges a patient into itself', A40.replace('4712', '4711'), '422 AE', ['E MRG^1^1 205']],
  ['is of another type', A01.replace('ADT^A01^ADT_A01', 'ORU^R01'), '400 AR', ['E MSH^1^9 200']],
  ['is none', 'PID|1', '400 AR', ['E MSH^1 100']],
])(
  'a message that %s is refused with its place, and nothing goes into the stream',
  async (_name, text, code, errors) => {
    const fixture = ingestFixture();
    const answer = await fixture.send('POST /', text, HL7_V2);
    const ack = ackOf(answer.text);
    expect([`${answer.status} ${ack.code}`, ack.errors]).toEqual([code, errors]);
    expect(fixture.stream.requests).toEqual([]);
    expect(fixture.counts).toMatchObject([{ form: 'hl7v2', acceptedCount: 0, refusedCount: 1 }]);
  },
);

test('a message above the limit is rejected, and told how long one may be', async () => {
  const fixture = ingestFixture();
  const { status, text } = await fixture.send('POST /', A01 + 'NTE|1||x\r'.repeat(120_000), HL7_V2);
  expect([status, ackOf(text).code]).toEqual([413, 'AR']);
  expect(ackOf(text).explanation).toContain('longer than 1048576 bytes');
  expect(fixture.stream.requests).toEqual([]);
});

test('a message is taken at the root only', async () => {
  const fixture = ingestFixture();
  const { status, text } = await fixture.send('POST /Patient', A01, HL7_V2);
  expect([status, placesOf(text)]).toEqual([415, ['not-supported http.Content-Type']]);
});

test('a message that the stream does not take in time may be sent again', async () => {
  const fixture = ingestFixture({ patienceMs: 200 });
  fixture.stream.always = { refuse: () => true };
  const { status, headers, text } = await fixture.send('POST /', message(MSH, EVN, PID, PV1), HL7_V2);
  expect([status, headers.get('retry-after'), ackOf(text).errors]).toEqual([503, '2', ['E MSH^1^10 207']]);
});
