import * as fc from 'fast-check';
import { HL7_V2, type IngestFixture, ingestFixture, PRINCIPAL, storedBy } from './ingest-fixture';
import { mutated, mutation } from '../../../support/mutated-bytes';

const MSH = 'MSH|^~\\&|GATEWAY|WARD-3|PIPELINE|HOSPITAL|20261122115905+0000||ORU^R01^ORU_R01|MSG-1|P|2.6';
const PID = 'PID|1||p-1^^^HOSPITAL^MR||Doe^Jane||19800101|F';
const OBR = 'OBR|1|||182777000^monitoring of patient^SCT|||20261122115900+0000';
const obx = (number: number, code: string, value: string, unit: string, rest = '|||||F|||20261122115900+0000') =>
  `OBX|${number}|NM|${code}||${value}|${unit}${rest}`;
const HEART_RATE = obx(1, '8867-4^Heart rate^LN', '72', '/min^/min^UCUM');
const SATURATION = obx(2, '59408-5^SpO2^LN', '97.5', '%^%^UCUM');

const message = (...segments: string[]) => `${segments.join('\r')}\r`;
const ORU = message(MSH, PID, OBR, HEART_RATE, SATURATION);

/** An acknowledgment, taken apart by hand. */
function ackOf(text: string) {
  expect(text.endsWith('\r')).toBe(true);
  const segments = text
    .split('\r')
    .filter((segment) => segment !== '')
    .map((segment) => segment.split('|'));
  const named = (name: string) => segments.filter(([one]) => one === name);
  return {
    header: named('MSH')[0] ?? [],
    code: named('MSA')[0]?.[1],
    answersTo: named('MSA')[0]?.[2],
    text: named('MSA')[0]?.[3] ?? '',
    errors: named('ERR').map((error) => `${error[4]} ${error[2]} ${(error[3] ?? '').split('^')[0]}`),
    explanations: named('ERR').map((error) => error[8]),
  };
}

async function posted(body: string | Uint8Array, contentType = HL7_V2, fixture: IngestFixture = ingestFixture()) {
  const { status, headers, text } = await fixture.post('/', body, contentType);
  return { status, headers, ack: ackOf(text), text, fixture };
}

describe('an ORU^R01', () => {
  test('is accepted, and becomes one event of what was measured at one moment', async () => {
    const { status, headers, ack, fixture } = await posted(ORU);
    expect([status, headers.get('content-type')]).toEqual([202, 'application/hl7-v2; charset=utf-8']);
    expect(ack).toMatchObject({ code: 'AA', answersTo: 'MSG-1', errors: [] });
    expect(storedBy(fixture)).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        patientId: 'p-1',
        deviceId: 'GATEWAY',
        observedAtMs: Date.parse('2026-11-22T11:59:00Z'),
        measurements: [
          { code: '8867-4', value: 72, unit: '/min' },
          { code: '59408-5', value: 97.5, unit: '%' },
        ],
      },
    ]);
    expect(fixture.counts).toEqual([
      {
        requestId: 'request-1',
        principal: PRINCIPAL,
        form: 'hl7v2',
        acceptedCount: 1,
        refusedCount: 0,
        delayedCount: 0,
      },
    ]);
  });

  test('is answered with sender and receiver in each other’s place', async () => {
    const { ack } = await posted(ORU);
    expect(ack.header.slice(2, 6)).toEqual(['PIPELINE', 'HOSPITAL', 'GATEWAY', 'WARD-3']);
    expect([ack.header[8], ack.header[10], ack.header[11]]).toEqual(['ACK^R01^ACK', 'P', '2.6']);
    expect(ack.header[9]).toMatch(/^[0-9a-f]{20}$/);
  });

  test('of a monitor’s gateway by IHE PCD-01 is accepted: codes of MDC, its own structure, values that were not had', async () => {
    const { status, ack, fixture } = await posted(
      message(
        'MSH|^~\\&|ACME_GATEWAY^0012210000000001^EUI-64|ACME||HOSPITAL|20261122115905+0000||ORU^R01^ORU_R01|77|P|2.6|||NE|AL||UNICODE UTF-8|||IHE_PCD_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO',
        'PID|||p-1^^^HOSPITAL^PI~4711^^^HOSPITAL^MR||Döe^Jane',
        'PV1||I|ICU^1^2',
        'OBR|1|||69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC|||20261122115900+0000',
        'OBX|1||69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC|1.0.0.0|||||||X|||||||BED-7^ACME^0012210000000002^EUI-64',
        obx(
          2,
          '147842^MDC_ECG_HEART_RATE^MDC',
          '80',
          '264864^MDC_DIM_BEAT_PER_MIN^MDC',
          '|||||R|||20261122115900+0000||||BED-7^ACME',
        ),
        obx(3, '150456^MDC_PULS_OXIM_SAT_O2^MDC', '8388607', '262688^MDC_DIM_PERCENT^MDC', '|||||X'),
        obx(
          4,
          '150021^MDC_PRESS_BLD_NONINV_SYS^MDC',
          '120',
          '266016^MDC_DIM_MMHG^MDC',
          '|||||R|||20261122115800+0000||||BED_7',
        ),
      ),
    );
    expect([status, ack.errors]).toEqual([202, []]);
    expect(storedBy(fixture)).toMatchObject([
      { patientId: '4711', deviceId: 'BED-7', measurements: [{ code: '8867-4', value: 80, unit: '/min' }] },
      {
        patientId: '4711',
        deviceId: expect.stringMatching(/^BED-7\.[0-9a-f]{8}$/),
        measurements: [{ code: '8480-6', value: 120, unit: 'mm[Hg]' }],
      },
    ]);
  });

  test('leaves out what is no vital sign, and says which', async () => {
    const other = obx(2, '150456X^Pulse deficit^99L', '3', '/min');
    const { status, ack, fixture } = await posted(message(MSH, PID, OBR, HEART_RATE, other));
    expect([status, ack.code, ack.errors]).toEqual([202, 'AA', ['W OBX^2^3 103']]);
    expect(storedBy(fixture)).toMatchObject([{ measurements: [{ code: '8867-4' }] }]);
  });

  test('takes time and offset from OBR-7 and MSH-7 where OBX-14 has none', async () => {
    const berlin = MSH.replace('20261122115905+0000', '20261122125905+0100');
    const bare = obx(1, '8867-4^^LN', '72', '/min', '|||||F');
    const { fixture } = await posted(message(berlin, PID, 'OBR|1||||||202611221258', bare));
    expect(storedBy(fixture)).toMatchObject([{ observedAtMs: Date.parse('2026-11-22T11:58:00Z') }]);
  });

  test('keeps two values of one code and moment apart', async () => {
    const { fixture } = await posted(message(MSH, PID, OBR, HEART_RATE, HEART_RATE.replace('|72|', '|74|')));
    expect(storedBy(fixture).map(({ measurements }) => measurements[0]?.value)).toEqual([72, 74]);
    expect(new Set(storedBy(fixture).map(({ id }) => id)).size).toBe(2);
  });

  test('of several patients puts each to the patient’s own', async () => {
    const other = PID.replace('p-1', 'p-2');
    const { fixture } = await posted(message(MSH, PID, OBR, HEART_RATE, other, OBR, SATURATION));
    expect(storedBy(fixture).map(({ patientId, measurements }) => [patientId, measurements[0]?.code])).toEqual([
      ['p-1', '8867-4'],
      ['p-2', '59408-5'],
    ]);
  });

  test('has other separators and escapes, if its sender likes', async () => {
    const body = message(
      'MSH$%*!@$GATE!S!WAY$$PIPELINE$HOSPITAL$20261122115905+0000$$ORU%R01$MSG!F!1$P$2.5',
      'PID$1$$p-1',
      'OBR$1',
      'OBX$1$NM$8867-4%Heart rate%LN$$72$!X2F!min$$$$$F$$$20261122115900+0000',
    );
    const { status, ack, fixture } = await posted(body);
    expect([status, ack.errors, ack.answersTo, ack.header[4]]).toEqual([202, [], 'MSG$1', 'GATE%WAY']);
    expect(storedBy(fixture)).toMatchObject([{ deviceId: expect.stringMatching(/^GATE-WAY\./) }]);
  });

  test.each([
    ['framed as over TCP', Buffer.concat([Buffer.from([0x0b]), Buffer.from(ORU), Buffer.from([0x1c, 0x0d])])],
    ['with line feeds', Buffer.from(ORU.replaceAll('\r', '\r\n'))],
    ['with a byte order mark', Buffer.from(`\ufeff${ORU}`)],
  ])('%s is accepted', async (_name, body) => {
    expect((await posted(body)).ack.code).toBe('AA');
  });

  test('that comes again has the same ids, and another message has others', async () => {
    const idsOf = async (body: string) => storedBy((await posted(body)).fixture).map(({ id }) => id);
    const ids = await idsOf(ORU);
    expect(await idsOf(ORU)).toEqual(ids);
    expect(await idsOf(ORU.replace('MSG-1', 'MSG-2'))).not.toEqual(ids);
    expect(await idsOf(ORU.replace('WARD-3', 'WARD-4'))).not.toEqual(ids);
  });
});

describe('the character set', () => {
  const withCharset = (name: string) => MSH.concat('||||||', name);
  const named = (charset: string, name: string) =>
    message(withCharset(charset), PID.replace('Doe', name), OBR, HEART_RATE);

  test.each([
    ['8859/1', Buffer.from(named('8859/1', 'Grün'), 'latin1'), HL7_V2],
    ['UNICODE UTF-8', Buffer.from(named('UNICODE UTF-8', 'Grün'), 'utf8'), HL7_V2],
    ['8859/15', Buffer.from(named('8859/15', 'Gr\xa4n'), 'latin1'), `${HL7_V2}; charset=utf-8`],
    [
      'that Content-Type says, where MSH-18 says none',
      Buffer.from(message(MSH, PID.replace('Doe', 'Grün'), OBR, HEART_RATE), 'latin1'),
      `${HL7_V2}; charset=ISO-8859-1`,
    ],
  ])('%s is read', async (_name, body, contentType) => {
    const { ack } = await posted(body, contentType);
    expect([ack.code, ack.errors]).toEqual(['AA', []]);
  });

  test('of a device’s name is honoured', async () => {
    const device = HEART_RATE.concat('||||Ger\xe4t');
    const { fixture } = await posted(Buffer.from(message(withCharset('8859/1'), PID, OBR, device), 'latin1'));
    const again = await posted(Buffer.from(message(withCharset('UNICODE UTF-8'), PID, OBR, device), 'utf8'));
    expect(storedBy(fixture)[0]?.deviceId).toMatch(/^Ger-t\./);
    expect(storedBy(again.fixture)[0]?.deviceId).toBe(storedBy(fixture)[0]?.deviceId);
  });

  test.each<[string, Uint8Array, string, string]>([
    [
      'in Latin-1 and not said so',
      Buffer.from(ORU.replace('Doe', 'Grün'), 'latin1'),
      'E PID^1^5 102',
      `Byte ${ORU.indexOf('Doe') + 2} of the message is not in the character set UTF-8`,
    ],
    [
      'in Latin-1 that says UTF-8',
      Buffer.from(named('UNICODE UTF-8', 'Grün'), 'latin1'),
      'E PID^1^5 102',
      'UNICODE UTF-8',
    ],
    ['in UTF-8 that says ASCII', Buffer.from(named('ASCII', 'Grün'), 'utf8'), 'E PID^1^5 102', 'ASCII'],
    [
      'in a set that is not read',
      Buffer.from(named('GB 18030-2000', 'Doe')),
      'E MSH^1^18 103',
      'legal are ASCII, UNICODE UTF-8, 8859/1',
    ],
    ['in UTF-16', Buffer.from(ORU, 'utf16le'), 'E MSH^1^18 103', 'UTF-16'],
  ])('%s is refused', async (_name, body, error, explanation) => {
    const { status, ack, fixture } = await posted(body);
    expect([status, ack.code, ack.errors]).toEqual([400, 'AR', [error]]);
    expect(ack.explanations.join()).toContain(explanation);
    expect(fixture.stream.requests).toEqual([]);
  });

  test('that HTTP does not know is refused in HL7’s words', async () => {
    const { status, ack } = await posted(ORU, `${HL7_V2}; charset=koi8-r`);
    expect([status, ack.code]).toEqual([415, 'AR']);
    expect(ack.text).toContain('legal values of charset');
  });
});

describe('what is no message that is taken is rejected with AR, its place and nothing stored', () => {
  test.each<[string, string, string[]]>([
    ['nothing', '', ['E MSH^1 101']],
    ['a frame around nothing', '\x0b\x1c\r', ['E MSH^1 101']],
    ['no HL7', '{"resourceType":"Bundle"}', ['E MSH^1 100']],
    ['a header that ends early', 'MSH|^~', ['E MSH^1^2 102']],
    ['letters as separators', ORU.replace('|^~\\&|', '|abcd|'), ['E MSH^1^2 102']],
    ['a separator twice', ORU.replace('|^~\\&|', '|^^\\&|'), ['E MSH^1^2 102']],
    ['a broken segment', message(MSH, PID, OBR, 'OB|1|NM|8867-4', HEART_RATE), ['E OBR^1 100']],
    [
      'a segment that was cut in two',
      message(MSH, PID, OBR, HEART_RATE.slice(0, 20), HEART_RATE.slice(20)),
      ['E OBX^1 100'],
    ],
    ['two messages', ORU + ORU, ['E MSH^2 100']],
    ['another type', ORU.replace('ORU^R01^ORU_R01', 'ADT^A01'), ['E MSH^1^9 200']],
    ['another trigger', ORU.replace('ORU^R01^ORU_R01', 'ORU^R40'), ['E MSH^1^9 201']],
    ['no type', ORU.replace('ORU^R01^ORU_R01', ''), ['E MSH^1^9 101']],
    ['no control id', ORU.replace('MSG-1', ''), ['E MSH^1^10 101']],
    ['a training', ORU.replace('|P|2.6', '|T|2.6'), ['E MSH^1^11 202']],
    ['version 3', ORU.replace('|P|2.6', '|P|3.0'), ['E MSH^1^12 203']],
    [
      'everything wrong in the header',
      'MSH|^~\\&|||||||ACK||D|',
      ['E MSH^1^9 200', 'E MSH^1^10 101', 'E MSH^1^11 202', 'E MSH^1^12 101'],
    ],
  ])('%s', async (_name, body, errors) => {
    const { status, ack, fixture } = await posted(body);
    expect([status, ack.code, ack.errors]).toEqual([400, 'AR', errors]);
    expect(fixture.stream.requests).toEqual([]);
    expect(fixture.counts).toMatchObject([{ acceptedCount: 0, refusedCount: errors.length }]);
  });

  test('a broken segment, to the sender and by the control id of the header, which is whole', async () => {
    const { ack, text } = await posted(message(MSH, PID, OBR, 'OB|1|NM|8867-4', HEART_RATE));
    expect(ack).toMatchObject({ code: 'AR', answersTo: 'MSG-1' });
    const [, , , , receivingApplication] = text.split('|');
    expect(receivingApplication).toBe(MSH.split('|')[2]);
    expect(receivingApplication).not.toBe('');
  });

  test('a body above the limit', async () => {
    const { status, ack, fixture } = await posted(ORU + 'NTE|1||x\r'.repeat(120_000));
    expect([status, ack.code]).toEqual([413, 'AR']);
    expect(ack.text).toContain('longer than 1048576 bytes');
    expect(fixture.stream.requests).toEqual([]);
  });
});

describe('a message whose content is wrong is refused with AE, its places and nothing stored', () => {
  const with2nd = (segment: string) => message(MSH, PID, OBR, HEART_RATE, segment);

  test.each<[string, string, string[]]>([
    ['no patient', message(MSH, OBR, HEART_RATE), ['E OBR^1 100']],
    ['a patient without an id', ORU.replace('p-1^^^HOSPITAL^MR', ''), ['E PID^1^3 101']],
    ['a patient by an id that is none', ORU.replace('p-1', 'Jane Doe'), ['E PID^1^3 102']],
    ['a value before its OBR', message(MSH, PID, HEART_RATE), ['E OBX^1 100']],
    ['no OBX', message(MSH, PID, OBR), ['E OBX^1 101']],
    ['no OBR and no OBX', message(MSH, PID), ['E OBR^1 101']],
    ['nothing but the header', message(MSH), ['E PID^1 101']],
    [
      'values that are no vital signs alone',
      message(MSH, PID, OBR, obx(1, '2339-0^Glucose^LN', '99', 'mg/dL')),
      ['E OBX^1^3 103'],
    ],
    ['text as a number', with2nd(SATURATION.replace('97.5', 'ninety')), ['E OBX^2^5 102']],
    ['two numbers', with2nd(SATURATION.replace('97.5', '97~98')), ['E OBX^2^5 102']],
    ['a number that no computer holds', with2nd(SATURATION.replace('97.5', '9'.repeat(400))), ['E OBX^2^5 102']],
    ['an impossible value', with2nd(SATURATION.replace('97.5', '197.5')), ['E OBX^2^5 102']],
    ['another data type', with2nd(SATURATION.replace('|NM|', '|ST|')), ['E OBX^2^2 103']],
    ['no unit', with2nd(SATURATION.replace('%^%^UCUM', '')), ['E OBX^2^6 101']],
    ['a wrong unit', with2nd(SATURATION.replace('%^%^UCUM', 'kPa^kPa^UCUM')), ['E OBX^2^6 103']],
    ['a unit of another system', with2nd(SATURATION.replace('%^%^UCUM', '%^%^L')), ['E OBX^2^6 103']],
    ['what may still change', with2nd(SATURATION.replace('|F|', '|P|')), ['E OBX^2^11 103']],
    ['what is to be deleted', with2nd(SATURATION.replace('|F|', '|D|')), ['E OBX^2^11 103']],
    ['no status', with2nd(SATURATION.replace('|F|', '||')), ['E OBX^2^11 101']],
    ['a day that is none', with2nd(SATURATION.replace('20261122115900', '20260230115900')), ['E OBX^2^14 102']],
    ['the future', with2nd(SATURATION.replace('20261122115900', '20261122121000')), ['E OBX^2^14 102']],
    ['a day as its time', with2nd(SATURATION.replace('20261122115900+0000', '20261122')), ['E OBX^2^14 102']],
    ['no time', message(MSH, PID, 'OBR|1', HEART_RATE.replace('20261122115900+0000', '')), ['E OBR^1^7 101']],
    [
      'a time without offset',
      message(MSH.replace('+0000', ''), PID, OBR, HEART_RATE.replace('+0000', '')),
      ['E OBX^1^14 102'],
    ],
    [
      'several faults at once',
      message(MSH, PID, OBR, HEART_RATE.replace('/min^/min', 'Hz'), SATURATION.replace('|F|', '|P|')),
      ['E OBX^1^6 103', 'E OBX^2^11 103'],
    ],
  ])('%s', async (_name, body, errors) => {
    const { status, ack, fixture } = await posted(body);
    expect([status, ack.code, ack.errors]).toEqual([422, 'AE', errors]);
    expect(fixture.stream.requests).toEqual([]);
  });

  test('without a word of what was sent', async () => {
    const { text } = await posted(ORU.replace('p-1', 'Jane Doe').replace('72', '6543'));
    expect(text).not.toMatch(/Jane|Doe|6543|19800101/);
  });

  test('more readings than a request may have', async () => {
    const segments = Array.from({ length: 501 }, (_, index) =>
      HEART_RATE.replace(
        '20261122115900+0000',
        `2026112211${String(index % 60).padStart(2, '0')}${String(Math.floor(index / 60)).padStart(2, '0')}+0000`,
      ),
    );
    const { status, ack, fixture } = await posted(message(MSH, PID, OBR, ...segments));
    expect([status, ack.code, ack.errors]).toEqual([422, 'AE', ['E OBX^501 207']]);
    expect(ack.text).toContain('more than 500 readings');
    expect(fixture.stream.requests).toEqual([]);
  });
});

test.each([
  ['OBR without end', 'OBR|\r'.repeat(200_000)],
  ['one value over and over', `${HEART_RATE}\r`.repeat(12_000)],
])('a message of %s is judged without taking long', async (_name, segments) => {
  // Of the processor's time, since this machine may be busy with something else.
  const before = process.cpuUsage();
  const { status } = await posted(message(MSH, PID, OBR) + segments);
  expect(status).toBe(422);
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(5_000);
});

test('a message that the stream does not take in time may be sent again', async () => {
  const fixture = ingestFixture({ patienceMs: 200 });
  fixture.stream.always = { refuse: () => true };
  const { status, headers, ack } = await posted(ORU, HL7_V2, fixture);
  expect([status, headers.get('retry-after'), ack.code, ack.errors]).toEqual([503, '2', 'AE', ['E MSH^1^10 207']]);
});

test('a stream that refuses the function is our fault, says nothing of it, and is told in HL7’s words', async () => {
  const fixture = ingestFixture();
  fixture.stream.plan.push({ status: 400, type: 'AccessDeniedException' });
  const { status, ack, text } = await posted(ORU, HL7_V2, fixture);
  expect([status, ack.code]).toEqual([500, 'AE']);
  expect(text).not.toContain('AccessDenied');
});

describe('whatever becomes of a message on the way', () => {
  const change = mutation('|', '^', '~', '\\', '&', '\r', '\n', '\x1c', 'MSH|', 'OBX|', '""');

  test('it is accepted whole or refused whole, and never more than a refusal', async () => {
    const original = Buffer.from(
      message(MSH, PID, OBR, HEART_RATE, SATURATION, PID.replace('p-1', 'p-2'), OBR, HEART_RATE),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (mutations) => {
        const { status, ack, fixture } = await posted(mutated(original, mutations));
        const stored = storedBy(fixture);
        expect(['202 AA', '400 AR', '422 AE']).toContain(`${status} ${ack.code}`);
        expect(stored.length > 0).toBe(status === 202);
        expect(fixture.stream.requests).toHaveLength(status === 202 ? 1 : 0);
        if (status !== 202) expect(ack.errors.length).toBeGreaterThan(0);
      }),
      { numRuns: 400 },
    );
  }, 60_000);

  test('any bytes at all are refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const { status, fixture } = await posted(bytes);
        expect([status, fixture.stream.requests]).toEqual([400, []]);
      }),
      { numRuns: 200 },
    );
  }, 60_000);
});
