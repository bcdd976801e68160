import { setTimeout as sleep } from 'node:timers/promises';
import type { SentScan } from './account';
import type { LocalOutputs } from '../../../../local/outputs';
import { Random } from '../../../../local/simulator/random';
import { allSettledOrThrow } from '../../../../local/teardown';
import { Scanner } from '../../../../local/workloads/imaging/simulator/scanner';
import { type Cut, TusSender } from '../../../../local/workloads/imaging/simulator/tus-sender';

export interface SendersSettings {
  readonly outputs: LocalOutputs;
  readonly seed: string;
  /** Scans of all senders together. */
  readonly scans: number;
  /** How many may be sent by now: the others wait. */
  readonly allowance: () => number;
  readonly isStopped: () => boolean;
}

const CLIENTS = ['hospital-a', 'hospital-b'] as const;
const SMALL_SIDE_PX = 128;
/** 2 × 2200² bytes: more than one part of an upload, and than one of S3. */
const LARGE_SIDE_PX = 2_200;
/** Every one of so many is large. */
const LARGE_EVERY = 6;
const PART_BYTES = 4 * 1024 * 1024;
const CUT_CHANCE = 1 / 3;
/** After the last byte that is sent: in this time the part is on its way through the upload program. */
const CUT_WITHIN_MS = 40;
const WAIT_MS = 20;

/** Two hospitals' senders at work. */
export class Senders {
  /** Scans that were answered. */
  readonly sent: SentScan[] = [];
  sentBytes = 0;
  cutsCount = 0;
  private begun = 0;
  private hasFailed = false;

  constructor(private readonly settings: SendersSettings) {}

  /** Sends everything. @throws Error when an upload is refused, or does not go on for minutes: nobody sends then. */
  async send(): Promise<void> {
    const stopped = (error: unknown): never => {
      this.hasFailed = true;
      throw error;
    };
    await allSettledOrThrow(CLIENTS.map(async (client) => this.sendAs(client).catch(stopped)));
  }

  private async sendAs(client: string): Promise<void> {
    const { outputs, seed, scans, allowance, isStopped } = this.settings;
    const random = new Random(`${seed}/${client}`);
    const small = new Scanner({ seed: `${seed}/${client}/small`, sidePx: SMALL_SIDE_PX });
    const large = new Scanner({ seed: `${seed}/${client}/large`, sidePx: LARGE_SIDE_PX });
    const sender = new TusSender(outputs, client);
    try {
      while (this.begun < scans && !this.hasFailed && !isStopped()) {
        if (this.begun >= allowance()) {
          await sleep(WAIT_MS);
          continue;
        }
        this.begun += 1;
        const { bytes, sha256 } = (this.begun % LARGE_EVERY === 0 ? large : small).next();
        const scanId = await sender.send(bytes, { partBytes: PART_BYTES, cut: (length) => this.cut(random, length) });
        this.sent.push({ scanId, sha256: sha256.toString('hex') });
        this.sentBytes += bytes.length;
      }
    } finally {
      sender.close();
    }
  }

  /** Anywhere in the part, or after it and before its answer. */
  private cut(random: Random, partBytes: number): Cut | undefined {
    if (!random.chance(CUT_CHANCE)) return undefined;
    this.cutsCount += 1;
    const afterBytes = random.chance(1 / 2) ? partBytes : random.wholeBetween(0, partBytes - 1);
    return { afterBytes, thenMs: random.between(0, CUT_WITHIN_MS) };
  }
}
