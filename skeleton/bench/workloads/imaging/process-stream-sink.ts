import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { listenOnLoopback } from '../../../local/doubles/listen';

/** Where the events of scans' lives are put in a benchmark. */
export interface StreamSink {
  /** For `AWS_ENDPOINT_URL_KINESIS`. */
  readonly endpoint: string;
  close(): Promise<void>;
}

const putRecords = z.object({ Records: z.array(z.unknown()) });

/**
 * Takes records as Kinesis does and keeps none: an emulator takes half a processor of this machine, which would be measured with the
 * worker. Anything but PutRecords is answered 501.
 */
export async function startStreamSink(): Promise<StreamSink> {
  const server = createServer((request, response) => {
    if (request.headers['x-amz-target'] !== 'Kinesis_20131202.PutRecords') {
      request.resume();
      response.writeHead(501).end();
      return;
    }
    json(request).then(
      (body) => {
        const Records = putRecords
          .parse(body)
          .Records.map(() => ({ ShardId: 'shardId-000000000000', SequenceNumber: randomUUID() }));
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(JSON.stringify({ FailedRecordCount: 0, Records }));
      },
      () => response.destroy(),
    );
  });
  const port = await listenOnLoopback(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
