import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UploadClient } from './upload-client';
import { createLoopbackAuthority, type LoopbackAuthority } from '../../../../local/certificate-authority';
import { freePort } from '../../../../local/free-port';
import type { EventName } from '../../../../src/runtime/log/vocabulary';
import { Metrics } from '../../../../src/runtime/metrics/metrics';
import { parseUploadEnvironment } from '../../../../src/workloads/imaging/environment';
import { serve } from '../../../../src/workloads/imaging/http/server-program';
import { openUpload } from '../../../../src/workloads/imaging/upload/open-upload';
import { createTestDatabase, type TestDatabase } from '../../../support/test-database';

export interface LoggedEvent {
  readonly event: EventName;
  readonly fields: object | undefined;
}

/** The upload service in this process, over TLS, with a database and a folder of its own and with a queue that is away. */
export interface UploadFixture {
  readonly database: TestDatabase;
  readonly folder: string;
  /** Where the program says it is. */
  readonly publicUrl: string;
  readonly client: UploadClient;
  readonly authority: LoopbackAuthority;
  /** Everything it logged. */
  readonly logged: readonly LoggedEvent[];
  readonly metricLines: readonly string[];
  /** Environment variables of another process over the same database and folder. */
  environment(port: number): Record<string, string>;
  /** Names of files in the folder: of whole ones, and of those that are on their way. */
  files(): Promise<{ readonly whole: string[]; readonly incoming: string[] }>;
  /** Whether the file of a scan has these bytes. */
  holds(scanId: string, bytes: Buffer): Promise<boolean>;
  /** A row of `upload`. */
  upload(uploadId: string): Promise<Record<string, unknown> | undefined>;
  /** A row of `scan`, with the steps of its life. */
  scan(scanId: string): Promise<Record<string, unknown> | undefined>;
  stop(): Promise<void>;
}

export async function startUploadFixture(): Promise<UploadFixture> {
  const database = await createTestDatabase({ workload: 'imaging' });
  const folder = mkdtempSync(join(tmpdir(), 'scans-'));
  const tlsFolder = mkdtempSync(join(tmpdir(), 'tls-'));
  const authority = await createLoopbackAuthority();
  const issued = await authority.issue();
  const [certificateFile, keyFile] = [join(tlsFolder, 'certificate.pem'), join(tlsFolder, 'key.pem')];
  writeFileSync(certificateFile, issued.certificate);
  writeFileSync(keyFile, issued.privateKey, { mode: 0o600 });
  const environment = (port: number): Record<string, string> => ({
    ...database.environment(),
    PORT: String(port),
    LISTEN_ADDRESS: '127.0.0.1',
    PUBLIC_URL: `https://localhost:${port}`,
    TLS_CERTIFICATE_FILE: certificateFile,
    TLS_KEY_FILE: keyFile,
    SCAN_FOLDER: folder,
    // Nobody is there: a scan is received without the queue.
    QUEUE_ENDPOINT: '127.0.0.1:1',
    QUEUE_AUTH_TOKEN_SECRET_ARN: database.settings.secretArn,
  });

  const port = await freePort();
  const variables = environment(port);
  const before = withVariables(variables);
  const logged: LoggedEvent[] = [];
  const metricLines: string[] = [];
  const metrics = new Metrics('test', (line) => metricLines.push(line));
  const stopping = new AbortController();
  let listening = (): void => undefined;
  const ready = new Promise<void>((resolve) => (listening = resolve));
  const log = {
    event: (event: EventName, fields?: object) => {
      logged.push({ event, fields });
      if (event === 'api.listening') listening();
    },
  };
  const parsed = parseUploadEnvironment(variables);
  const served = serve(() => openUpload({ environment: parsed, log, metrics }), {
    environment: parsed,
    log,
    metrics,
    signal: stopping.signal,
  });
  await Promise.race([ready, served]);
  const client = new UploadClient({ baseUrl: `https://localhost:${port}`, authority: authority.certificate });
  const row = async (table: 'upload' | 'scan', key: string, id: string) => {
    const { rows } = await database.owner.query<Record<string, unknown>>(`SELECT * FROM ${table} WHERE ${key} = $1`, [
      id,
    ]);
    return rows[0];
  };

  return {
    database,
    folder,
    publicUrl: parsed.publicUrl,
    client,
    authority,
    logged,
    metricLines,
    environment,
    files: async () => {
      const whole = await readdir(folder);
      return {
        whole: whole.filter((name) => name !== '.incoming').sort(),
        incoming: (await readdir(join(folder, '.incoming'))).sort(),
      };
    },
    holds: async (scanId, bytes) => bytes.equals(await readFile(join(folder, scanId))),
    upload: async (uploadId) => row('upload', 'upload_id', uploadId),
    scan: async (scanId) => {
      const scan = await row('scan', 'scan_id', scanId);
      if (scan === undefined) return undefined;
      const { rows } = await database.owner.query<{ step: string }>(
        'SELECT step FROM scan_event WHERE scan_id = $1 ORDER BY at',
        [scanId],
      );
      return { ...scan, steps: rows.map(({ step }) => step) };
    },
    stop: async () => {
      client.close();
      stopping.abort();
      await served;
      before();
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
      rmSync(tlsFolder, { recursive: true, force: true });
    },
  };
}

/** The SDK's clients read where the double is from the environment. @returns what puts it back. */
function withVariables(variables: Readonly<Record<string, string>>): () => void {
  const names = Object.keys(variables).filter((name) => name.startsWith('AWS_'));
  const before = names.map((name) => [name, process.env[name]] as const);
  for (const name of names) process.env[name] = variables[name];
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
