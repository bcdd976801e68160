import type { StoredInstance } from './stored-instances';

/** Where in the bucket what is stored of an instance lies. */
export interface ObjectKeys {
  readonly original: string;
  readonly preview: string;
  readonly deidentified: string;
}

export function objectKeys({
  hospitalId,
  instanceId,
  sha256,
}: Pick<StoredInstance, 'hospitalId' | 'instanceId' | 'sha256'>): ObjectKeys {
  const rest = `${hospitalId}/${instanceId}/${sha256.toString('hex')}`;
  return {
    original: `originals/${rest}.dcm`,
    preview: `previews/${rest}.jpg`,
    deidentified: `deidentified/${rest}.dcm`,
  };
}
