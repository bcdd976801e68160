import type { SimulatedEvent } from './patient-monitor';
import type { Random } from '../../../simulator/random';

/** A line that no processor may store, and what is wrong with it. */
export interface BadEvent {
  readonly fault: BadEventFault;
  /** One line of a record: without a line break. */
  readonly line: string;
}

export const BAD_EVENT_FAULTS = [
  'no JSON',
  'unknown version',
  'impossible date',
  'missing patient',
  'wrong unit',
  'impossible value',
  'unknown key',
  'far future',
  'noise',
] as const;
export type BadEventFault = (typeof BAD_EVENT_FAULTS)[number];

/** Default size of noise; Kinesis takes records of up to 1 MiB. */
const NOISE_BYTES = 2_000;

/** Spoils a good event in one way. */
export function spoil(
  event: SimulatedEvent,
  fault: BadEventFault,
  random: Random,
  { noiseBytes = NOISE_BYTES }: { readonly noiseBytes?: number } = {},
): BadEvent {
  return { fault, line: spoiledLine(event, fault, random, noiseBytes) };
}

function spoiledLine(event: SimulatedEvent, fault: BadEventFault, random: Random, noiseBytes: number): string {
  const [measurement, ...others] = event.measurements;
  switch (fault) {
    case 'no JSON':
      return JSON.stringify(event).slice(0, -random.wholeBetween(1, 40));
    case 'unknown version':
      return JSON.stringify({ ...event, version: '9.7' });
    case 'impossible date':
      return JSON.stringify({ ...event, observedAt: event.observedAt.replace(/^(\d{4})-\d\d-\d\d/, '$1-02-30') });
    case 'missing patient':
      return JSON.stringify({ ...event, patientId: undefined });
    case 'wrong unit':
      return JSON.stringify({ ...event, measurements: [{ ...measurement, unit: 'furlong' }, ...others] });
    case 'impossible value':
      return JSON.stringify({ ...event, measurements: [{ ...measurement, value: -4_000 }, ...others] });
    case 'unknown key':
      return JSON.stringify({ ...event, mood: 'fine' });
    case 'far future':
      return JSON.stringify({ ...event, observedAt: event.observedAt.replace(/^\d{4}/, '2999') });
    case 'noise':
      return noise(random, noiseBytes);
  }
}

/** Printable noise, so that it stays one line. */
function noise(random: Random, bytes: number): string {
  const letters = Buffer.alloc(bytes);
  for (let index = 0; index < bytes; index += 1) letters[index] = random.wholeBetween(0x21, 0x7e);
  return letters.toString('latin1');
}
