import { element, EXPLICIT_LITTLE_ENDIAN, textElement } from './encoding';

/** This de-identifier, in file meta information (DICOM PS3.7, D.3.3.2): a UID made once from a random UUID. */
const IMPLEMENTATION_CLASS_UID = '2.25.244605728725797943109153131750216809360';
const IMPLEMENTATION_VERSION_NAME = 'DEIDENTIFIED';

export interface FileIdentity {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
}

/**
 * Preamble, prefix and file meta information (DICOM PS3.10, 7.1), made anew: nothing of the original's is in it, be it the preamble, the
 * application entities that handled it, or private information (PS3.15, E.1.1, step 7).
 */
export function fileHeader({ sopClassUid, sopInstanceUid, transferSyntaxUid }: FileIdentity): Buffer {
  // File meta information is in explicit VR, little endian, whatever follows it.
  const encoding = EXPLICIT_LITTLE_ENDIAN;
  const group = Buffer.concat([
    element(encoding, 0x00020001, 'OB', Buffer.from([0, 1])),
    textElement(encoding, { tag: 0x00020002, vr: 'UI', text: sopClassUid }),
    textElement(encoding, { tag: 0x00020003, vr: 'UI', text: sopInstanceUid }),
    textElement(encoding, { tag: 0x00020010, vr: 'UI', text: transferSyntaxUid }),
    textElement(encoding, { tag: 0x00020012, vr: 'UI', text: IMPLEMENTATION_CLASS_UID }),
    textElement(encoding, { tag: 0x00020013, vr: 'SH', text: IMPLEMENTATION_VERSION_NAME }),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(group.length);
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM', 'latin1'),
    element(encoding, 0x00020000, 'UL', length),
    group,
  ]);
}
