import { randomUUID } from 'node:crypto';

/**
 * The staging labels that rotation moves (AWS Secrets Manager User Guide, "What's in a Secrets Manager secret?"):
 * `AWSPENDING` is being tried out, `AWSCURRENT` is what readers get, `AWSPREVIOUS` was current before.
 */
export type StagingLabel = 'AWSPENDING' | 'AWSCURRENT' | 'AWSPREVIOUS';

/** One value of a secret. */
export interface SecretVersion {
  readonly versionId: string;
  readonly text: string;
}

/** The versions of one secret and their labels: each label is on one version at the most. */
export class SecretVersions {
  private readonly labels = new Map<StagingLabel, SecretVersion>();

  constructor(text: string) {
    this.put(text);
  }

  get current(): SecretVersion {
    const current = this.labels.get('AWSCURRENT');
    if (current === undefined) throw new Error('A secret has a current version from its first day on.');
    return current;
  }

  /** Labels by version, as `DescribeSecret` answers them. A version without a label counts as deleted. */
  get stages(): Record<string, StagingLabel[]> {
    const stages: Record<string, StagingLabel[]> = {};
    for (const [label, { versionId }] of this.labels) (stages[versionId] ??= []).push(label);
    return stages;
  }

  /** Makes a value current at once, as `PutSecretValue` does. */
  put(text: string): void {
    this.promote({ versionId: randomUUID(), text });
  }

  /** Begins to try a value out. */
  propose(version: SecretVersion): void {
    this.labels.set('AWSPENDING', version);
  }

  /** Makes the value that was tried out the current one. */
  finish(): void {
    const pending = this.labels.get('AWSPENDING');
    if (pending === undefined) throw new Error('There is no pending version to finish.');
    this.labels.delete('AWSPENDING');
    this.promote(pending);
  }

  private promote(version: SecretVersion): void {
    const previous = this.labels.get('AWSCURRENT');
    if (previous !== undefined) this.labels.set('AWSPREVIOUS', previous);
    this.labels.set('AWSCURRENT', version);
  }
}
