import MarkdownIt from 'markdown-it';

/** As permissive as any reader: HTML is HTML, and bare addresses become links. */
const reader = new MarkdownIt({ html: true, linkify: true });
reader.linkify.set({ fuzzyLink: true, fuzzyEmail: true, fuzzyIP: true });

/** What a reader of a Markdown text sees: its nodes in order, each text with what it says. */
export function readMarkdown(source: string): string[] {
  return reader.parse(source, {}).flatMap((token) => {
    if (token.type !== 'inline') return [describe(token)];
    return joinTexts((token.children ?? []).map(describe));
  });
}

type Token = ReturnType<typeof reader.parse>[number];

function describe({ type, tag, attrs, content, markup }: Token): string {
  return type === 'text' ? `text ${content}` : JSON.stringify([type, tag, attrs, markup, content]);
}

/** Neighbouring texts are one text to a reader. */
function joinTexts(nodes: readonly string[]): string[] {
  const joined: string[] = [];
  for (const node of nodes) {
    const last = joined.at(-1);
    if (node.startsWith('text ') && last?.startsWith('text ')) joined.splice(-1, 1, last + node.slice('text '.length));
    else if (node !== 'text ') joined.push(node);
  }
  return joined;
}

/** What Markdown can show of a text: U+FFFD stands for controls, lone surrogates and noncharacters. */
export function shownInMarkdown(text: string): string {
  return text.replace(/(?![\t\n\r])[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/gu, '\u{FFFD}');
}
