import { execFileSync } from 'node:child_process';

/** An element as dcmdump shows it. */
export interface DumpedElement {
  /** Where it is: tags of sequences with numbers of Items, such as `00081140[1].00081155`. */
  readonly path: string;
  /** Eight hexadecimal digits, small letters. */
  readonly tag: string;
  readonly vr: string;
  /** As dcmtk's dictionary has it. */
  readonly keyword: string;
  /** Without padding, in the bytes of the file as Latin-1; values with backslashes between them. Of a sequence, how many Items it has. */
  readonly value: string;
}

export interface DumpedFile {
  readonly meta: ReadonlyMap<string, DumpedElement>;
  /** By their paths. */
  readonly dataSet: ReadonlyMap<string, DumpedElement>;
}

const OUTPUT_BYTES_MAX = 256 * 1024 * 1024;
const ELEMENT = /^( *)\(([0-9a-f]{4}),([0-9a-f]{4})\) (\S\S) (.*) +#\s*\S+,\s*\S+ (.*)$/s;
const STARTS_ELEMENT = /^ *\([0-9a-f]{4},[0-9a-f]{4}\) /;
const SPACES_A_LEVEL = 2;

/**
 * What dcmtk reads in each of some files, in their order. Nothing of what is tested has a part in it.
 *
 * @throws Error where dcmdump cannot read one.
 */
export function dumpedFiles(paths: readonly string[]): DumpedFile[] {
  // Long values whole, UIDs as numbers, no values above 16 KB, a line with each file's name. Errors are not passed on: files have letters in them
  // that no terminal should get.
  const dump = execFileSync('dcmdump', ['-q', '+F', '+L', '-Un', '-M', '+R', '16', ...paths], {
    encoding: 'latin1',
    maxBuffer: OUTPUT_BYTES_MAX,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const files = dump.split(/^# dcmdump \(\d+\/\d+\): .*$/m).slice(1);
  if (files.length !== paths.length) throw new Error(`dcmdump has read ${files.length} of ${paths.length} files`);
  return files.map(dumpedFile);
}

function dumpedFile(text: string): DumpedFile {
  const meta = new Map<string, DumpedElement>();
  const dataSet = new Map<string, DumpedElement>();
  /** Path of the sequence, and number of the Item, that is open at each depth. */
  const open: { path: string; items: number }[] = [];
  for (const line of elementLines(text)) {
    const [, indent = '', group = '', element = '', vr = '', shown = '', keyword = ''] = ELEMENT.exec(line) ?? [];
    const depth = indent.length / SPACES_A_LEVEL;
    if (group === 'fffe') {
      const sequence = open[Math.floor((depth - 1) / 2)];
      if (element === 'e000' && sequence !== undefined) sequence.items += 1;
      continue;
    }
    if (group === '') throw new Error('dcmdump has written a line of another form');
    const tag = `${group}${element}`;
    const level = depth / 2;
    const parent = level === 0 ? undefined : open[level - 1];
    const path = parent === undefined ? tag : `${parent.path}[${parent.items}].${tag}`;
    const isMeta = group === '0002' && level === 0;
    (isMeta ? meta : dataSet).set(path, { path, tag, vr, keyword: keyword.trim(), value: valueOf(vr, shown.trim()) });
    open.splice(level);
    open.push({ path, items: 0 });
  }
  return { meta, dataSet };
}

/** Values with line breaks go over several lines. */
function elementLines(text: string): string[] {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    if (STARTS_ELEMENT.test(line)) lines.push(line);
    else if (lines.length > 0 && !ELEMENT.test(lines.at(-1) ?? '')) lines.push(`${lines.pop() ?? ''}\n${line}`);
  }
  return lines;
}

function valueOf(vr: string, shown: string): string {
  if (shown === '(no value available)') return '';
  const items = /^\(Sequence with .* #=(\d+)\)$/.exec(shown);
  if (items !== null) return items[1] === '0' ? '' : `${items[1]} Items`;
  if (shown.startsWith('[')) return shown.slice(1, -1).trim();
  const isBytes = vr === 'UN' && /^[0-9a-f]{2}(\\[0-9a-f]{2})*$/.test(shown);
  if (!isBytes) return shown;
  const bytes = Buffer.from(shown.replaceAll('\\', ''), 'hex').toString('latin1');
  const isText = /^[ -~\x80-\xff]*\0?$/.test(bytes);
  return isText ? bytes.replace(/\0$/, '').trim() : bytes;
}
