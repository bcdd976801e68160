import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import type { SampleEvent } from './sample-event';
import { tableStorage } from '../../../src/runtime/kinesis/event-storage';
import {
  type DecodedRecord,
  type RejectedEvent,
  WHOLE_RECORD,
  type Workload,
} from '../../../src/runtime/kinesis/workload';

/** The smallest workload that has rows of its own: for tests of what all workloads share. */
export const sampleWorkload: Workload<SampleEvent> = {
  storage: tableStorage({
    name: 'sample',
    eventIdColumn: 'event_id',
    columns: [
      { name: 'patient_id', type: 'text' },
      { name: 'code', type: 'text' },
      { name: 'event_id', type: 'uuid' },
      { name: 'source', type: 'text' },
      { name: 'value', type: 'double precision' },
    ],
    rows: (events) => {
      const rows = events.flatMap(({ id, patientId, source, measurements }) =>
        measurements.map(({ code, value }) => ({ patientId, code, id, source, value })),
      );
      return [
        rows.map(({ patientId }) => patientId),
        rows.map(({ code }) => code),
        rows.map(({ id }) => id),
        rows.map(({ source }) => source),
        rows.map(({ value }) => value),
      ];
    },
  }),
  decode,
  prepare: async () => undefined,
};

const eventSchema = z.object({
  version: z.literal('1.0'),
  id: z.uuid().toLowerCase(),
  patientId: z.string(),
  source: z.string(),
  measurements: z.array(z.object({ code: z.string(), value: z.number() })).min(1),
});

function decode(data: Uint8Array): DecodedRecord<SampleEvent> {
  if (!isUtf8(data)) return { accepted: [], rejected: [rejected(WHOLE_RECORD, 'record_not_utf8', data)] };
  const decoded = {
    accepted: [] as Array<{ eventIndex: number; event: SampleEvent }>,
    rejected: [] as RejectedEvent[],
  };
  for (const [eventIndex, line] of Buffer.from(data).toString('utf8').split('\n').entries()) {
    const result = eventSchema.safeParse(parsed(line));
    if (result.success) decoded.accepted.push({ eventIndex, event: result.data });
    else decoded.rejected.push(rejected(eventIndex, 'event_not_sample', Buffer.from(line)));
  }
  return decoded;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function rejected(eventIndex: number, reasonCode: string, payload: Uint8Array): RejectedEvent {
  return { eventIndex, reasonCode, reason: 'It is no sample event', payload };
}
