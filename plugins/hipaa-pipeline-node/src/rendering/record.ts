/** `.skeleton.json`: what a repository was rendered from, so that a later skeleton can be merged into it. */
import type { Provenance, Skeleton } from '../skeleton/skeleton';
import { encodeJson, isEncodable } from './encoders';
import type { Encodable } from './encoders';
import type { PlannedEntry } from './plan';

export const RECORD_PATH = '.skeleton.json';

/** @param answers as they were given, defaults not filled in: a later skeleton may have other defaults. */
export function planRecord(skeleton: Skeleton, provenance: Provenance, answers: unknown): PlannedEntry {
  const record: Encodable = {
    source: provenance.source,
    commit: provenance.commit,
    ...(provenance.modified ? { modified: true } : {}),
    version: skeleton.version,
    answers: plain(answers),
  };
  return { kind: 'text', path: RECORD_PATH, text: `${encodeJson(record)}\n`, mode: 0o644 };
}

/** Answers as JSON has them: a setting that is `undefined` is one that is not given. */
function plain(answers: unknown): Encodable {
  const copy: unknown = JSON.parse(JSON.stringify(answers));
  if (!isEncodable(copy)) throw new TypeError('JSON gave what JSON cannot hold');
  return copy;
}
