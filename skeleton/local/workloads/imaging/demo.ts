import { setTimeout as sleep } from 'node:timers/promises';
import { Scanner } from './simulator/scanner';
import { TusSender } from './simulator/tus-sender';
import type { OpenDemo } from '../../demo/workload-demo';

/** Slices that the scanner sends in a round of the demo. */
const SLICES_A_ROUND = 2;
/** Time that scans have in the end which are still worked on. */
const LAST_SCANS_MS = 20_000;
const POLL_MS = 200;

/** A simulated scanner that sends slice after slice by tus, some of them twice, on purpose. */
export const openDemo: OpenDemo = ({ outputs, seed, inFlight, figures, say }) => {
  const scanner = new Scanner({ seed: `${seed}/${Date.now()}` });
  const sender = new TusSender(outputs);
  let sentCount = 0;

  const settle = async (): Promise<void> => {
    const rows = await figures.rows<{ count: string }>(
      `SELECT count(*)::text AS count FROM scan WHERE state <> 'received'`,
    );
    if (rows?.[0] !== undefined) inFlight.settle(new Map([['scans', rows[0].count]]));
  };
  const send = async (bytes: Buffer, isRepeated: boolean): Promise<void> => {
    sentCount += 1;
    const place = { shardId: 'scans', sequenceNumber: String(sentCount), sentAtMs: Date.now(), isRepeated };
    await sender.send(bytes);
    inFlight.add([place]);
  };
  return {
    begin: async () => {
      const file = scanner.next();
      await send(file.bytes, false);
      const { LocalGatewayCaFile: ca, LocalClientsFolder: folder, ApiUrl: url } = outputs;
      say('A scanner of hospital-a sends slices of made-up patients; one in twenty is sent twice, on purpose.');
      say(
        `  curl --cacert ${ca} --cert ${folder}/hospital-a.crt --key ${folder}/hospital-a.key '${url}studies?limit=5'\n`,
      );
    },
    sendDue: async () => {
      for (let slice = 0; slice < SLICES_A_ROUND; slice += 1) {
        const { bytes } = scanner.next();
        await send(bytes, false);
        if (sentCount % 20 === 0) await send(bytes, true);
      }
      await settle();
    },
    latencyP99Ms: async (seconds) => {
      await settle();
      const rows = await figures.rows<{ p99: number | null }>(
        `SELECT percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM settled_at - received_at) * 1000) AS p99
           FROM scan WHERE settled_at > now() - make_interval(secs => $1)`,
        [seconds],
      );
      return rows?.[0]?.p99 ?? undefined;
    },
    storedCount: async () => {
      sender.close();
      const deadline = Date.now() + LAST_SCANS_MS;
      while (inFlight.settledCount < inFlight.sentCount && Date.now() < deadline) {
        await settle();
        await sleep(POLL_MS);
      }
      const rows = await figures.rows<{ count: number }>('SELECT count(*)::integer AS count FROM instance');
      return rows?.[0]?.count;
    },
    notes: () => [],
  };
};
