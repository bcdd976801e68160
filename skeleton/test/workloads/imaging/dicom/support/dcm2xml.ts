import { spawnSync } from 'node:child_process';

/** An attribute as dcmtk reads it. */
export interface ToolAttribute {
  readonly vr: string;
  /** Values with backslashes between them, without padding; bytes in base64. */
  readonly text: string;
  readonly lengthBytes: number;
  /** Only of a sequence. */
  readonly items?: readonly ToolDataSet[];
}

/** By tag, as in DICOM JSON: eight hexadecimal digits in capitals. */
export type ToolDataSet = ReadonlyMap<string, ToolAttribute>;

/** Longer values are not written out: as long as ours may be. */
const KIBIBYTES_READ = '65';
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;
const XML_ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * Reads a file with dcmtk, another reader than ours, text in UTF-8. `undefined` when dcmtk refuses it; what it says of it is not passed on, since
 * some files have letters that no terminal should get.
 *
 * @param converted whether text is to be in UTF-8; dcmtk as Debian builds it has not every character set.
 */
export function readWithDcmtk(path: string, converted = true): ToolDataSet | undefined {
  const words = ['-q', '+R', KIBIBYTES_READ, '+Wb', '+Eb', ...(converted ? ['+U8'] : []), path];
  const run = spawnSync('dcm2xml', words, { encoding: 'buffer', maxBuffer: OUTPUT_BYTES_MAX });
  return run.status === 0 ? parse(run.stdout.toString(converted ? 'utf8' : 'latin1')) : undefined;
}

interface OpenSequence {
  readonly set: Map<string, ToolAttribute>;
  readonly items: ToolDataSet[];
}

function parse(xml: string): ToolDataSet {
  const top = new Map<string, ToolAttribute>();
  let set = top;
  const open: OpenSequence[] = [];
  const dataSet = xml.slice(xml.indexOf('<data-set'));
  for (const [, end, name = '', words = '', text = ''] of dataSet.matchAll(
    /<(\/?)(element|sequence|item)\b([^>]*)>([^<]*)/g,
  )) {
    const word = (key: string) => new RegExp(` ${key}="([^"]*)"`).exec(words)?.[1] ?? '';
    const tag = word('tag').replace(',', '').toUpperCase();
    const lengthBytes = Number(word('len'));
    if (name === 'element' && end === '') {
      set.set(tag, { vr: word('vr'), text: unescaped(text), lengthBytes });
    } else if (name === 'sequence' && end === '') {
      const items: ToolDataSet[] = [];
      set.set(tag, { vr: word('vr'), text: '', lengthBytes, items });
      open.push({ set, items });
    } else if (name === 'item' && end === '') {
      set = new Map();
      open.at(-1)?.items.push(set);
    } else if (name === 'item' || name === 'sequence') {
      set = (name === 'sequence' ? open.pop() : open.at(-1))?.set ?? top;
    }
  }
  return top;
}

function unescaped(text: string): string {
  return text
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&(\w+);/g, (whole, entity: string) => XML_ENTITIES[entity] ?? whole);
}
