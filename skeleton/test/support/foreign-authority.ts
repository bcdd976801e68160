import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLoopbackAuthority } from '../../local/certificate-authority';

/** Gives `work` a file with an authority that has signed no server's certificate, and removes it afterwards. */
export async function withForeignAuthority(work: (caFile: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'pipeline-ca-'));
  try {
    const caFile = join(directory, 'foreign.pem');
    await writeFile(caFile, (await createLoopbackAuthority('Foreign authority')).certificate);
    await work(caFile);
  } finally {
    await rm(directory, { recursive: true });
  }
}
