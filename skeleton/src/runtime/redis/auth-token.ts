import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { RenewableSecret } from '../secret';

/** The secret is there and is no auth token. Its value is not repeated. */
export class AuthTokenError extends Error {
  constructor() {
    super("The cache's secret is empty or binary: expected the auth token as its whole text.");
    this.name = 'AuthTokenError';
  }
}

/** The cache's auth token: the whole text of an existing secret. @throws AuthTokenError where it is none. */
export class AuthTokenSecret extends RenewableSecret<string> {
  constructor(client: SecretsManagerClient, secretArn: string) {
    super(client, secretArn, parseToken, (one, other) => one === other);
  }
}

function parseToken(text: string | undefined): string {
  if (text === undefined || text === '') throw new AuthTokenError();
  return text;
}
