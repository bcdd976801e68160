import { uuidV5 } from '../../../runtime/uuid-v5';

/** Namespace of instances' ids, for this use alone. */
const INSTANCE_NAMESPACE = 'b7d0c4f1-52a6-4c0e-8a53-0c8f4b1f2a9d';

/** Our own name of an instance, for places where its UID must not be: a UID may tell who the patient is. */
export function instanceIdOf(hospitalId: number, sopInstanceUid: string): string {
  return uuidV5(INSTANCE_NAMESPACE, `${hospitalId}/${sopInstanceUid}`);
}

export interface ObjectKeys {
  /** The file as it came. */
  readonly original: string;
  readonly preview: string;
  readonly deidentified: string;
}

/**
 * Where the objects of one file of an instance are. The same file has the same keys always, so that work that is done twice leaves what
 * is done once; another file of the same instance has others.
 *
 * @param sha256 of the original.
 */
export function objectKeys(file: {
  readonly hospitalId: number;
  readonly instanceId: string;
  readonly sha256: Buffer;
}): ObjectKeys {
  const name = `${file.hospitalId}/${file.instanceId}/${file.sha256.toString('hex')}`;
  return {
    original: `originals/${name}.dcm`,
    preview: `previews/${name}.jpg`,
    deidentified: `deidentified/${name}.dcm`,
  };
}
