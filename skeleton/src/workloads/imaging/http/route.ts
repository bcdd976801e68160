import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request with its answer, as a route gets them. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Of this program; answered in `X-Request-Id`, and the only thing that a log line and an answer have in common. */
  readonly requestId: string;
  /** Subject of the client certificate. */
  readonly subject: string;
  /** Values of the path's `:name` parts, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Says how many things the answer holds, for the log. Default 0. */
  returned(count: number): void;
}

export type Method = 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE' | 'OPTIONS';

/** What a program answers. A `GET` answers `HEAD` too, without the body. */
export interface Route {
  readonly method: Method;
  /** Pattern of the path, such as `/studies/:study/series`: a word of `FIELDS.route`, so that the log can say it. */
  readonly path: string;
  /**
   * Answers through `exchange.response`.
   *
   * @throws Problem for a request that is not done; anything else is answered 503 when the database is away, else 500.
   */
  handle(exchange: Exchange): Promise<void>;
}

export interface MatchedRoute {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

/** What is at a path: routes by method, with what its parameters are. */
export interface Place {
  readonly match: MatchedRoute | undefined;
  /** Methods that the path allows; empty where nothing is. */
  readonly allowed: readonly Method[];
}

interface CompiledRoute {
  readonly route: Route;
  readonly names: readonly string[];
  readonly pattern: RegExp;
}

/** Finds routes by method and path. */
export class RouteTable {
  private readonly compiled: readonly CompiledRoute[];

  constructor(routes: readonly Route[]) {
    this.compiled = routes.map(compile);
  }

  find(method: string, path: string): Place {
    const here = this.compiled.flatMap(({ route, names, pattern }) => {
      const values = pattern.exec(path)?.slice(1).map(decode);
      if (values === undefined || values.some((value) => value === undefined)) return [];
      return [{ route, parameters: Object.fromEntries(names.map((name, index) => [name, values[index] ?? ''])) }];
    });
    const match =
      here.find(({ route }) => route.method === method) ??
      (method === 'HEAD' ? here.find(({ route }) => route.method === 'GET') : undefined);
    return { match, allowed: [...new Set(here.flatMap(({ route }) => methodsOf(route)))] };
  }
}

function methodsOf({ method }: Route): Method[] {
  return method === 'GET' ? ['GET', 'HEAD'] : [method];
}

function compile(route: Route): CompiledRoute {
  const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  const source = route.path.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/:\w+/g, '([^/]+)');
  return { route, names, pattern: new RegExp(`^${source}$`) };
}

/** A part of a path that is no UTF-8 names nothing. */
function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
