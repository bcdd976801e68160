import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';

/** User and password of the database, as a secret of RDS keeps them. */
export interface DatabaseLogin {
  readonly username: string;
  readonly password: string;
}

const loginSchema = z.object({ username: z.string().min(1), password: z.string().min(1) });

/** The secret is there and is not what a database's secret has to be. Its value is not repeated. */
export class DatabaseSecretError extends Error {
  constructor(problem: string) {
    super(`The database's secret ${problem}: expected JSON with username and password.`);
    this.name = 'DatabaseSecretError';
  }
}

/** The database's login, read once and kept until somebody shows that it is out of date. */
export class DatabaseSecret {
  private login: Promise<DatabaseLogin> | undefined;

  constructor(
    private readonly client: SecretsManagerClient,
    private readonly secretArn: string,
  ) {}

  /**
   * The login as last read.
   *
   * @throws DatabaseSecretError, or the SDK's error when the secret cannot be read.
   */
  async current(): Promise<DatabaseLogin> {
    this.login ??= this.read();
    try {
      return await this.login;
    } catch (error) {
      this.login = undefined;
      throw error;
    }
  }

  /**
   * Reads the secret again because the database refused `refused`. Many connections that fail at once cause one read:
   * whoever comes when a newer login is there already gets that one.
   */
  async replace(refused: DatabaseLogin): Promise<DatabaseLogin> {
    const current = await this.current();
    if (current.username !== refused.username || current.password !== refused.password) return current;
    // Compared by promise, since another caller may have begun to read in the meantime.
    const kept = this.login;
    if ((await kept) === current && this.login === kept) this.login = this.read();
    return this.current();
  }

  private async read(): Promise<DatabaseLogin> {
    const { SecretString: text } = await this.client.send(new GetSecretValueCommand({ SecretId: this.secretArn }));
    if (text === undefined) throw new DatabaseSecretError('is binary');
    return parseLogin(text);
  }
}

function parseLogin(text: string): DatabaseLogin {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message would show a part of the secret.
    throw new DatabaseSecretError('is no JSON');
  }
  const result = loginSchema.safeParse(value);
  if (!result.success) throw new DatabaseSecretError('lacks a field');
  return result.data;
}
