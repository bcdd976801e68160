/** An answer of the portal that is not a success. */
export class PortalAnswerError extends Error {
  constructor(
    readonly status: number,
    readonly body: unknown,
    path: string,
  ) {
    super(`${path} answered ${status}: ${JSON.stringify(body)}`);
    this.name = 'PortalAnswerError';
  }
}

/** What the scaffolder tells of a task. */
export interface TaskReport {
  readonly status: 'open' | 'processing' | 'completed' | 'failed' | 'cancelled' | 'skipped';
  /** Everything that the task logged, and the message of the error that ended it. */
  readonly log: string;
  /** The template's output, once completed. */
  readonly output?: Readonly<Record<string, unknown>>;
}

/** An entity of the catalog, as far as it is looked at here. */
export interface CatalogEntity {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly title?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly relations?: ReadonlyArray<{ readonly type: string; readonly targetRef: string }>;
}

interface TaskEvent {
  readonly type: string;
  readonly body: {
    readonly message?: string;
    readonly error?: { readonly message?: string };
    readonly output?: Readonly<Record<string, unknown>>;
  };
}

const POLL_MS = 300;
/** Far less than a token's life of an hour. */
const TOKEN_KEPT_MS = 300_000;

/** The portal's HTTP APIs as its pages use them: signed in as the guest. */
export class PortalClient {
  private token: { readonly text: string; readonly fetchedAtMs: number } | undefined;

  constructor(private readonly url: string) {}

  /** Whether the portal is up and has read its templates. */
  async hasTemplates(): Promise<boolean> {
    try {
      const templates = await this.call<CatalogEntity[]>('/api/catalog/entities?filter=kind=template');
      return templates.length > 0;
    } catch {
      return false;
    }
  }

  /** The entity; `undefined` when the catalog has none of that name. */
  async entity(kind: string, name: string): Promise<CatalogEntity | undefined> {
    try {
      return await this.call<CatalogEntity>(`/api/catalog/entities/by-name/${kind}/default/${name}`);
    } catch (error) {
      if (error instanceof PortalAnswerError && error.status === 404) return undefined;
      throw error;
    }
  }

  /**
   * Starts a task as the form's last button does.
   *
   * @returns the task's id.
   * @throws PortalAnswerError when the answers do not fit the template's schema.
   */
  async createTask(templateRef: string, values: unknown): Promise<string> {
    const { id } = await this.call<{ id: string }>('/api/scaffolder/v2/tasks', { templateRef, values });
    return id;
  }

  /** Waits until the task has ended, well or not. */
  async taskReport(id: string, patienceMs: number): Promise<TaskReport> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const { status } = await this.call<{ status: TaskReport['status'] }>(`/api/scaffolder/v2/tasks/${id}`);
      const hasEnded = status !== 'open' && status !== 'processing';
      if (hasEnded || Date.now() > deadline) {
        const events = await this.call<TaskEvent[]>(`/api/scaffolder/v2/tasks/${id}/events`);
        const log = events.flatMap(({ body }) => [body.message ?? '', body.error?.message ?? '']).join('\n');
        if (!hasEnded) throw new Error(`The task ${id} is still ${status} after ${patienceMs / 1_000} s:\n${log}`);
        return { status, log, output: events.findLast(({ body }) => body.output !== undefined)?.body.output };
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  private async call<Body>(path: string, body?: unknown): Promise<Body> {
    const response = await fetch(`${this.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${await this.guestToken()}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new PortalAnswerError(response.status, answer, path);
    return answer as Body;
  }

  private async guestToken(): Promise<string> {
    if (this.token !== undefined && Date.now() - this.token.fetchedAtMs < TOKEN_KEPT_MS) return this.token.text;
    const response = await fetch(`${this.url}/api/auth/guest/refresh`);
    if (!response.ok) throw new PortalAnswerError(response.status, await response.text(), '/api/auth/guest/refresh');
    const session = (await response.json()) as { backstageIdentity: { token: string } };
    this.token = { text: session.backstageIdentity.token, fetchedAtMs: Date.now() };
    return this.token.text;
  }
}
