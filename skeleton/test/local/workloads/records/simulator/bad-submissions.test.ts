import { Random } from '../../../../../local/simulator/random';
import { spoil, SUBMISSION_FAULTS } from '../../../../../local/workloads/records/simulator/bad-submissions';
import { observation } from '../../../../../local/workloads/records/simulator/clinical-resources';
import { RECORD_RESOURCE_TYPES } from '../../../../../src/fhir-r4-types';
import { recordDecoder } from '../../../../../src/workloads/records/decode/decoder';
import { decodeHl7 } from '../../../../../src/workloads/records/hl7/decode-hl7';

const NOW = new Date('2026-11-22T10:00:00.000Z');
const good = observation({ patientId: 'p', encounterId: 'e', atMs: NOW.getTime() }, new Random('bad'));
const { decodeRecord } = recordDecoder({ resourceTypes: RECORD_RESOURCE_TYPES, decodeHl7 });
const judged = (text: string) => decodeRecord(Buffer.from(text), NOW);

test('the resource that is spoiled is right before', () => {
  expect(judged(JSON.stringify(good))).toMatchObject({ accepted: [{}], rejected: [] });
});

test.each(SUBMISSION_FAULTS)('a submission with the fault "%s" is refused once, as a whole', (fault) => {
  expect(judged(spoil(good, fault))).toMatchObject({ accepted: [], rejected: [{ reasonCode: expect.any(String) }] });
});
