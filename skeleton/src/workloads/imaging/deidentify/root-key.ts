import { GenerateMacCommand, type KMSClient } from '@aws-sdk/client-kms';
import { createKeys, type DeidentificationKeys } from './keys';

/** What the root is the code of: another text is another root, under which nobody is found again. */
const ROOT_TEXT = 'deidentification/v1';

/**
 * Asks KMS for the root of all replacements: the code of a fixed text under a key that never leaves KMS (AWS KMS API reference,
 * GenerateMac). The root is the same always, and stays in this process's memory.
 *
 * @throws what the SDK throws; RangeError without a code.
 */
export async function askDeidentificationKeys(client: KMSClient, keyArn: string): Promise<DeidentificationKeys> {
  const { Mac } = await client.send(
    new GenerateMacCommand({ KeyId: keyArn, Message: Buffer.from(ROOT_TEXT), MacAlgorithm: 'HMAC_SHA_256' }),
  );
  return createKeys(Buffer.from(Mac ?? []));
}
