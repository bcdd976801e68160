/** What a server says of a version of a resource (FHIR R4, Resource, "meta"). */
export interface VersionMeta {
  readonly versionId: string;
  /** An instant in UTC. */
  readonly lastUpdated: string;
}

/** Where a member of an object stands in the text. */
interface Member {
  readonly name: string;
  readonly start: number;
  readonly valueStart: number;
  readonly end: number;
}

/**
 * The JSON text of a resource with the server's own `meta.versionId` and `meta.lastUpdated` in place of the source's. Everything else
 * stays as it is, character by character: numbers keep their digits, and texts their escapes.
 *
 * @param content JSON of an object.
 */
export function withVersionMeta(content: string, { versionId, lastUpdated }: VersionMeta): string {
  const own = `"versionId":${JSON.stringify(versionId)},"lastUpdated":${JSON.stringify(lastUpdated)}`;
  const members = membersOf(content, 0);
  const meta = members.find(({ name }) => name === 'meta');
  if (meta === undefined || content.charAt(meta.valueStart) !== '{') {
    // Where people look for it: behind the type and the id.
    const before = members.filter(({ name }) => name === 'resourceType' || name === 'id').at(-1);
    const at = before?.end ?? content.indexOf('{') + 1;
    const comma = before === undefined && members.length > 0 ? ',' : '';
    return `${content.slice(0, at)}${before === undefined ? '' : ','}"meta":{${own}}${comma}${content.slice(at)}`;
  }
  const kept = membersOf(content, meta.valueStart)
    .filter(({ name }) => name !== 'versionId' && name !== 'lastUpdated')
    .map(({ start, end }) => content.slice(start, end));
  return `${content.slice(0, meta.valueStart)}{${[own, ...kept].join(',')}}${content.slice(meta.end)}`;
}

/** The members of the object that begins at or after a place, in text that is JSON. */
function membersOf(text: string, from: number): Member[] {
  const members: Member[] = [];
  let at = text.indexOf('{', from) + 1;
  for (;;) {
    at = afterSpace(text, at);
    if (text.charAt(at) === ',') at = afterSpace(text, at + 1);
    if (text.charAt(at) !== '"') return members;
    const start = at;
    at = afterString(text, start);
    const name = String(JSON.parse(text.slice(start, at)));
    const valueStart = afterSpace(text, text.indexOf(':', at) + 1);
    at = afterValue(text, valueStart);
    members.push({ name, start, valueStart, end: at });
  }
}

function afterValue(text: string, start: number): number {
  const first = text.charAt(start);
  if (first === '"') return afterString(text, start);
  if (first !== '{' && first !== '[') {
    let at = start;
    while (!/[,}\]\s]/.test(text.charAt(at))) at += 1;
    return at;
  }
  let depth = 0;
  for (let at = start; ; at += 1) {
    const character = text.charAt(at);
    if (character === '"') at = afterString(text, at) - 1;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth === 0) return at + 1;
  }
}

/** Behind the closing quote of the text that begins at `start`. */
function afterString(text: string, start: number): number {
  let at = start + 1;
  while (text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1;
  return at + 1;
}

function afterSpace(text: string, from: number): number {
  let at = from;
  while (/\s/.test(text.charAt(at))) at += 1;
  return at;
}
