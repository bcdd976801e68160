import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { ApiClient } from './api-client';
import { type PipelineOutputs, readOutputs } from './outputs';
import { putRecords } from '../../local/simulator/producer';
import type { StreamRecord } from '../../local/simulator/records';

/** Time in which an event has to show. Far above what it takes, so that a slow machine fails no test. */
const ARRIVAL_PATIENCE_MS = 60_000;
const ARRIVAL_POLL_MS = 100;

/** The pipeline under test, from both ends: the stream that devices write to, and the API. */
export class Pipeline {
  readonly api: ApiClient;
  /** Begins the ids of this file's patients: no run meets another's patients, nor real ones. */
  readonly idPrefix = `test-${randomUUID().slice(0, 8)}`;
  readonly kinesis: KinesisClient;

  /** @param outputs of the pipeline. Default: of the one that the suite tests. */
  constructor(readonly outputs: PipelineOutputs = readOutputs()) {
    this.api = new ApiClient(outputs);
    this.kinesis = kinesisClient(outputs);
  }

  /** An id for a patient of whom nobody has heard. */
  patient(name: string): string {
    return `${this.idPrefix}-${name}`;
  }

  async sendRecords(records: readonly StreamRecord[]): Promise<void> {
    await putRecords(this.kinesis, this.outputs.KinesisStreamName, records);
  }

  close(): void {
    this.kinesis.destroy();
  }
}

/**
 * Asks until the answer is right, or time is up.
 *
 * @returns the last answer: a test then says what is wrong with it.
 */
export async function eventually<Answer>(
  ask: () => Promise<Answer>,
  isRight: (answer: Answer) => boolean,
  patienceMs = ARRIVAL_PATIENCE_MS,
): Promise<Answer> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (isRight(answer) || Date.now() > deadline) return answer;
    await sleep(ARRIVAL_POLL_MS);
  }
}

/** A record of newline-delimited lines, with the patient as partition key. */
export function recordOf(patientId: string, lines: readonly string[]): StreamRecord {
  return { PartitionKey: patientId, Data: Buffer.from(lines.join('\n'), 'utf8') };
}

function kinesisClient(outputs: PipelineOutputs): KinesisClient {
  if (outputs.Target === 'aws') return new KinesisClient({ region: outputs.Region });
  return new KinesisClient({
    region: outputs.Region,
    endpoint: outputs.LocalKinesisEndpoint,
    // The emulator asks for some credentials, and those of the environment may be a real account's.
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: new NodeHttpHandler(),
  });
}
