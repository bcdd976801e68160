import { readExamples } from '../../../../local/hl7/read-examples';
import { RECORD_RESOURCE_TYPES } from '../../../../src/fhir-r4-types';
import { recordDecoder, type Rejection } from '../../../../src/workloads/records/decode/decoder';
import { decodeHl7 } from '../../../../src/workloads/records/hl7/decode-hl7';
import type { RecordEvent } from '../../../../src/workloads/records/record-event';

export const NOW = new Date('2026-11-22T12:00:00.000Z');

export type Resource = Readonly<Record<string, unknown>> & { readonly resourceType: string; readonly id: string };

/** The decoder of a pipeline that takes the ten types and no other. */
export const { decodeEvent, decodeRecord } = recordDecoder({ resourceTypes: RECORD_RESOURCE_TYPES, decodeHl7 });

/** An example of HL7 by the name of its file, without the ending. */
export function example(name: string): Resource {
  const found = readExamples(name.split('-')[0]).find(({ file }) => file === `${name}.json`);
  if (found === undefined) throw new Error(`HL7 has no example ${name}`);
  return JSON.parse(found.text) as Resource;
}

/** @throws when it is accepted. */
export function rejectionOf(data: string | Uint8Array | object): Rejection {
  const result = decodeEvent(bytesOf(data), NOW);
  if ('event' in result) throw new Error('it was accepted');
  return result.rejection;
}

/** @throws when it is refused. */
export function eventOf(data: string | Uint8Array | object): RecordEvent {
  const result = decodeEvent(bytesOf(data), NOW);
  if ('rejection' in result) throw new Error(`it was refused: ${result.rejection.reason}`);
  return result.event;
}

function bytesOf(data: string | Uint8Array | object): Uint8Array {
  if (data instanceof Uint8Array) return data;
  return Buffer.from(typeof data === 'string' ? data : JSON.stringify(data));
}
