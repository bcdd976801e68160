import type { Context } from 'hono';
import type { AccessAction } from './access-audit';
import type { FhirRequestError, RefusalStatus } from '../fhir/request-error';

/** What a host knows of a request, handed to the application beside it. */
export interface RequestFacts {
  /** Who asks, as the host has authenticated them; `null` when it could not. */
  readonly principal: string | null;
  /** Names this request in answers, logs and the audit trail. */
  readonly requestId: string;
  /** The API's own URL as callers see it, without a slash at its end. */
  readonly baseUrl: string;
}

/** Hono's type parameter of this application. */
export interface ApiEnvironment {
  Bindings: RequestFacts;
  Variables: {
    /** Why the request failed, for the log. Never shown to the caller. */
    fault?: unknown;
    /** Resources in the answer. */
    returnedCount?: number;
  };
}

export type ApiContext = Context<ApiEnvironment>;

/** What a route answers. */
export interface Answer {
  readonly status: 200 | 202 | 304 | RefusalStatus;
  readonly contentType: string;
  /** An object is written as JSON, text as it is. Default: no body. */
  readonly body?: object | string;
  /** Headers that the answer needs besides. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Resources of patients in the body. */
  readonly returnedCount?: number;
}

/** A read of patient data as its route learns about it: what is known is audited, also when the read fails. */
export interface Reading {
  /** Default: the route's. */
  resourceType: string;
  /** Id of the resource that is asked for. Default `null`: none is asked for by id. */
  resourceId: string | null;
  /** Whose data is asked for or shown: the access is on record under each of them. Default: none. */
  patientIds: readonly string[];
}

/** A route that shows data of patients: each request, whatever its answer, is written to the audit trail first. */
export interface PatientDataRoute {
  readonly path: string;
  readonly patientData: { readonly action: AccessAction; readonly resourceType: string };
  readonly get: (context: ApiContext, reading: Reading) => Promise<Answer>;
}

/** A route that has said that it shows no data of patients. */
export interface PlainRoute {
  readonly path: string;
  readonly patientData: 'none';
  readonly get: (context: ApiContext) => Promise<Answer>;
}

/** A route that takes what callers send, and shows no data of patients but what the caller has sent itself. */
export interface IntakeRoute {
  readonly path: string;
  /** Default `POST`. */
  readonly method?: 'POST' | 'PUT';
  readonly patientData: 'none';
  /** The kinds of body that it takes, told apart by their media type. */
  readonly intakes: readonly Intake[];
}

/** One kind of body. */
export interface Intake {
  /** Names of it in `Content-Type`, in small letters; the first is the one to recommend. */
  readonly mediaTypes: readonly [string, ...string[]];
  /** Legal values of `Content-Type`'s `charset`, in small letters; the first is the one to recommend. None given is legal always. */
  readonly charsets: readonly [string, ...string[]];
  /** Longest body, in bytes. */
  readonly bodyBytesMax: number;
  /** Whether an `Accept` header can be answered. */
  readonly answers: { readonly accepts: (accept: string | undefined) => boolean; readonly legal: string };
  readonly post: (context: ApiContext, body: IntakeBody) => Promise<Answer>;
  /** Says a refusal as callers of this kind understand it. Default: an OperationOutcome. */
  readonly refusal?: (refusal: FhirRequestError) => Answer;
}

export interface IntakeBody {
  readonly bytes: Uint8Array;
  /** `charset` of `Content-Type`, in small letters; `undefined` when it is not given. */
  readonly charset: string | undefined;
}

export type Route = PatientDataRoute | PlainRoute | IntakeRoute;
