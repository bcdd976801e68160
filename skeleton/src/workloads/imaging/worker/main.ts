/** Works on what hospitals have sent, and stores it. Bundled into one file, beside the migrations and the decoders of pixel data. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { runWorker } from './run-worker';
import { backgroundProgram } from '../../../runtime/process/background-program';
import { parseWorkerEnvironment } from '../environment';

backgroundProgram({
  service: 'worker',
  parseEnvironment: parseWorkerEnvironment,
  // ECS kills a worker 120 seconds after it asked it to end.
  stopDeadlineMs: 110_000,
  run: async (tools) =>
    runWorker({
      ...tools,
      migrationsDirectory: join(__dirname, 'migrations'),
      workerId: `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`,
    }),
});
