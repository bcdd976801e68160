import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import { RenewableSecret } from '../secret';

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

/** The database's login. @throws DatabaseSecretError where it is none. */
export class DatabaseSecret extends RenewableSecret<DatabaseLogin> {
  constructor(client: SecretsManagerClient, secretArn: string) {
    super(client, secretArn, parseLogin, isSameLogin);
  }
}

/** Whether two logins are the same, however often they were read. */
export function isSameLogin(one: DatabaseLogin, other: DatabaseLogin): boolean {
  return one.username === other.username && one.password === other.password;
}

function parseLogin(text: string | undefined): DatabaseLogin {
  if (text === undefined) throw new DatabaseSecretError('is binary');
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
