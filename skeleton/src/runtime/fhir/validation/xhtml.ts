import type { JudgePrimitive, PrimitiveFault } from './primitives';

/** Elements and attributes that a narrative may have (FHIR R4, Narrative, rule `txt-1`). */
const ELEMENTS: ReadonlySet<string> = new Set(
  (
    'a abbr acronym address area b big blockquote br caption cite code col colgroup dd del dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins ' +
    'kbd li map ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul var'
  ).split(' '),
);
const ATTRIBUTES: ReadonlySet<string> = new Set(
  (
    'abbr accesskey align alt axis bgcolor border cellpadding cellspacing char charoff charset cite class colspan compact coords dir ' +
    'frame headers height href hreflang id ismap lang longdesc name noshade nowrap rel rev rowspan rules scope shape span src start style ' +
    'summary tabindex title type usemap valign value width xml:lang xmlns'
  ).split(' '),
);
const EMPTY: ReadonlySet<string> = new Set(['area', 'br', 'col', 'hr', 'img']);

const TAG =
  /<(?:!--[^]*?-->|(?<close>\/)?(?<name>[A-Za-z][A-Za-z0-9]*)(?<attributes>(?:\s+[A-Za-z:_-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(?<self>\/)?>)/y;
const ATTRIBUTE = /([A-Za-z:_-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const ACTIVE_URL = /^\s*(?:javascript|vbscript|data:text\/html)/i;

const FAULT: PrimitiveFault = {
  code: 'invariant',
  diagnostics:
    'Expected one div of well-formed XHTML with formatting alone: no scripts, forms or event attributes (txt-1)',
};
const EMPTY_FAULT: PrimitiveFault = { code: 'invariant', diagnostics: 'The narrative says nothing (txt-2)' };

/** What is wrong with a narrative's `div`, so that nobody's browser is given more than text when it is shown. */
export const xhtmlFault: JudgePrimitive = (value) => {
  if (typeof value !== 'string') return { code: 'structure', diagnostics: 'Expected JSON of type string' };
  const text = value.trim();
  const open: string[] = [];
  let says = false;
  let at = 0;
  while (at < text.length) {
    const next = text.indexOf('<', at);
    const until = next < 0 ? text.length : next;
    if (text.slice(at, until).trim() !== '') {
      if (open.length === 0) return FAULT;
      says = true;
    }
    if (next < 0) break;
    TAG.lastIndex = next;
    const tag = TAG.exec(text);
    if (tag === null) return FAULT;
    at = TAG.lastIndex;
    const { close, name, attributes = '', self } = tag.groups ?? {};
    if (name === undefined) continue;
    if (!ELEMENTS.has(name) || (open.length === 0 && (name !== 'div' || next > 0))) return FAULT;
    if (close !== undefined) {
      if (open.pop() !== name || (open.length === 0 && at < text.length)) return FAULT;
    } else {
      if (!areLegal(attributes)) return FAULT;
      says ||= name === 'img';
      if (self === undefined) open.push(name);
      else if (open.length === 0) return EMPTY.has(name) ? FAULT : EMPTY_FAULT;
    }
  }
  if (open.length > 0 || text === '') return FAULT;
  return says ? undefined : EMPTY_FAULT;
};

function areLegal(attributes: string): boolean {
  if (attributes === '') return true;
  for (const [, name = '', double, single] of attributes.matchAll(ATTRIBUTE)) {
    if (!ATTRIBUTES.has(name) || ACTIVE_URL.test(double ?? single ?? '')) return false;
  }
  return true;
}
