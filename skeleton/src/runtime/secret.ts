import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** A secret's value, read once and kept until somebody shows that it is out of date. */
export class RenewableSecret<Value> {
  private value: Promise<Value> | undefined;

  /**
   * @param parse reads the secret's text, `undefined` for a binary one. What it throws must not repeat the text.
   * @param isSame whether two values are the same, so that reading again has brought nothing new.
   */
  constructor(
    private readonly client: SecretsManagerClient,
    private readonly secretArn: string,
    private readonly parse: (text: string | undefined) => Value,
    private readonly isSame: (one: Value, other: Value) => boolean,
  ) {}

  /**
   * The value as last read.
   *
   * @throws what `parse` throws, or the SDK's error when the secret cannot be read.
   */
  async current(): Promise<Value> {
    this.value ??= this.read();
    try {
      return await this.value;
    } catch (error) {
      this.value = undefined;
      throw error;
    }
  }

  /**
   * Reads the secret again because the server refused `refused`. Many connections that fail at once cause one read: whoever
   * comes when a newer value is there already gets that one.
   */
  async replace(refused: Value): Promise<Value> {
    const current = await this.current();
    if (!this.isSame(current, refused)) return current;
    // Compared by promise, since another caller may have begun to read in the meantime.
    const kept = this.value;
    if ((await kept) === current && this.value === kept) this.value = this.read();
    return this.current();
  }

  private async read(): Promise<Value> {
    const { SecretString: text } = await this.client.send(new GetSecretValueCommand({ SecretId: this.secretArn }));
    return this.parse(text);
  }
}
