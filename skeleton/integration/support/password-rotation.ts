import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeSecretCommand, RotateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { LocalStackOutputs } from './deployed';

const PATIENCE_MS = 60_000;
const POLL_MS = 100;

/** Rotates the password of a local stack's database when it is asked to. */
export class PasswordRotation {
  private readonly client: SecretsManagerClient;

  constructor(private readonly outputs: LocalStackOutputs) {
    this.client = new SecretsManagerClient({
      region: outputs.Region,
      endpoint: outputs.LocalSecretsManagerEndpoint,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
  }

  /**
   * Asks for a rotation, and waits until readers of the secret get the new password.
   *
   * @param meanwhile begun once the rotation is under way, and awaited as well.
   * @throws where the rotation does not come to its end.
   */
  async rotate<Result>(meanwhile: () => Promise<Result>): Promise<Result> {
    const SecretId = this.outputs.DatabaseSecretArn;
    const { VersionId: versionId = '' } = await this.client.send(
      new RotateSecretCommand({ SecretId, ClientRequestToken: randomUUID() }),
    );
    const result = meanwhile();
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const { VersionIdsToStages: stages } = await this.client.send(new DescribeSecretCommand({ SecretId }));
      if (stages?.[versionId]?.includes('AWSCURRENT')) return result;
      if (Date.now() > deadline) throw new Error('The rotation did not come to its end.');
      await sleep(POLL_MS);
    }
  }

  close(): void {
    this.client.destroy();
  }
}
