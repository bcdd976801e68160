import type { Context } from 'hono';

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
  readonly status: 200 | 503;
  readonly contentType: string;
  /** Written as JSON. */
  readonly body: object;
  /** Resources of patients in the body. */
  readonly returnedCount?: number;
}

/** A read of patient data as its route learns about it: what is known is audited, also when the read fails. */
export interface Reading {
  patientId: string | null;
}

/** A route that shows data of patients: each request, whatever its answer, is written to the audit trail first. */
export interface PatientDataRoute {
  readonly path: string;
  readonly patientData: { readonly action: 'read' | 'search'; readonly resourceType: string };
  readonly get: (context: ApiContext, reading: Reading) => Promise<Answer>;
}

/** A route that has said that it shows no data of patients. */
export interface PlainRoute {
  readonly path: string;
  readonly patientData: 'none';
  readonly get: (context: ApiContext) => Promise<Answer>;
}

export type Route = PatientDataRoute | PlainRoute;
