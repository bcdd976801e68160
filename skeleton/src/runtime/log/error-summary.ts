import { sqlStateOf } from '../postgres/errors';

/** What of an error may be logged: which it is and where in our code it was raised, but nothing that it says. */
export interface ErrorSummary {
  readonly name: string;
  /** Code of Node.js or of an AWS service, such as `ECONNRESET`. */
  readonly code?: string;
  /** SQLSTATE of PostgreSQL. */
  readonly sqlState?: string;
  /** Status of an AWS service's answer. */
  readonly httpStatus?: number;
  /** Places in code, innermost first, as `function (file:line:column)` without folders; five at most. */
  readonly at?: readonly string[];
  readonly cause?: ErrorSummary;
}

const NAME = /^[A-Za-z][A-Za-z0-9_.]{0,79}$/;
const CODE = /^[A-Z][A-Z0-9_]{0,79}$/;
const FRAME = /^ {4}at (?:([\w.<>$[\] ]{1,100}) \()?(?:file:\/\/|node:)?([^\s()]{1,400}:\d{1,7}:\d{1,7})\)?$/;
const FRAMES_MAX = 5;
const CAUSES_MAX = 3;

/**
 * Reduces an error to what is safe. Messages are left out, since those of PostgreSQL and of parsers repeat the values they
 * complain about; so are `detail`, `where` and everything else that is not named above.
 */
export function summarizeError(error: unknown, causesMax = CAUSES_MAX): ErrorSummary {
  if (typeof error !== 'object' || error === null) return { name: `not an error: ${typeof error}` };
  const name = textOf(error, 'name', NAME) ?? 'Error';
  const sqlState = sqlStateOf(error);
  const code = sqlState === undefined ? textOf(error, 'code', CODE) : undefined;
  const httpStatus = httpStatusOf(error);
  const at = error instanceof Error ? framesOf(error) : [];
  const cause = 'cause' in error && error.cause !== undefined && causesMax > 0 ? error.cause : undefined;
  return {
    name,
    ...(code !== undefined && { code }),
    ...(sqlState !== undefined && { sqlState }),
    ...(httpStatus !== undefined && { httpStatus }),
    ...(at.length > 0 && { at }),
    ...(cause !== undefined && { cause: summarizeError(cause, causesMax - 1) }),
  };
}

function textOf(error: object, key: 'name' | 'code', pattern: RegExp): string | undefined {
  const value: unknown = Reflect.get(error, key);
  return typeof value === 'string' && pattern.test(value) ? value : undefined;
}

function httpStatusOf(error: object): number | undefined {
  const metadata: unknown = Reflect.get(error, '$metadata');
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  const status: unknown = Reflect.get(metadata, 'httpStatusCode');
  return typeof status === 'number' ? status : undefined;
}

/**
 * The stack begins with the message, which may look like frames itself. Frames are taken only when the message is where it
 * is expected, and can be cut off whole.
 */
function framesOf(error: Error): string[] {
  const { stack, message } = error;
  if (typeof stack !== 'string' || typeof message !== 'string') return [];
  const start = stack.indexOf(message);
  const firstFrame = stack.indexOf('\n    at ', start + message.length);
  if (start < 0 || firstFrame !== start + message.length) return [];
  return stack
    .slice(firstFrame + 1)
    .split('\n')
    .slice(0, FRAMES_MAX)
    .flatMap((line) => {
      const frame = FRAME.exec(line);
      const place = frame?.[2]?.split('/').at(-1);
      if (place === undefined) return [];
      return [frame?.[1] === undefined ? place : `${frame[1]} (${place})`];
    });
}
