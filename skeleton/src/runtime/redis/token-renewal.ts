import type { AuthTokenSecret } from './auth-token';
import { redisFaultOf } from './errors';
import type { Log } from '../log/log';

/** A token that stays wrong is not asked for in a circle. */
const TOKEN_REREAD_MS = 5_000;

/** Keeps the token of a Redis up to date: it is read again when the server refuses it, as after a rotation. */
export class TokenRenewal {
  private token = '';
  private renewedAtMs = -Infinity;

  constructor(
    private readonly secret: AuthTokenSecret,
    private readonly log: Log,
  ) {}

  /** The token to begin with. @throws the SDK's error, or AuthTokenError. */
  async first(): Promise<string> {
    this.token = await this.secret.current();
    return this.token;
  }

  /**
   * Hears of a connection's failure.
   *
   * @param used the token that the connection was given.
   * @returns the newer token, when the failure was that token's and there is a newer one. What goes wrong is logged.
   */
  async hear(error: unknown, used: string | undefined): Promise<string | undefined> {
    if (redisFaultOf(error) !== 'authentication') return undefined;
    // Another connection has found it out before.
    if (used !== this.token) return this.token;
    if (performance.now() - this.renewedAtMs <= TOKEN_REREAD_MS) return undefined;
    this.renewedAtMs = performance.now();
    this.log.event('cache.token_refused', { error });
    try {
      const token = await this.secret.replace(used);
      if (token === used) return undefined;
      this.token = token;
      this.log.event('cache.token_renewed');
      return token;
    } catch (failure) {
      this.log.event('cache.token_unreadable', { error: failure });
      return undefined;
    }
  }
}
