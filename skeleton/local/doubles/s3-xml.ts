import type { NamedPart } from './s3-objects';

type Value = string | number | boolean | ReadonlyArray<Readonly<Record<string, string | number | boolean>>>;

/** An answer of S3: elements by name; a list is as many elements of one name. */
export function document(name: string, values: Readonly<Record<string, Value>>): string {
  const content = Object.entries(values).map(([child, value]) =>
    Array.isArray(value)
      ? value.map((item) => element(child, fields(item as Readonly<Record<string, Value>>))).join('')
      : element(child, escape(String(value))),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(name, content.join(''))}`;
}

/** What `CompleteMultipartUpload` names, in the order in which it does. */
export function namedParts(xml: string): NamedPart[] {
  return [...xml.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => ({
    number: Number(textOf(part, 'PartNumber')),
    etag: textOf(part, 'ETag'),
  }));
}

/** Keys that `DeleteObjects` names. */
export function deletedKeys(xml: string): string[] {
  return [...xml.matchAll(/<Object>(.*?)<\/Object>/gs)].map(([, object = '']) => textOf(object, 'Key'));
}

function textOf(xml: string, name: string): string {
  return unescape(new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(xml)?.[1] ?? '');
}

function fields(values: Readonly<Record<string, Value>>): string {
  return Object.entries(values)
    .map(([name, value]) => element(name, escape(String(value))))
    .join('');
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function unescape(text: string): string {
  const plain = text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'");
  return plain.replaceAll('&amp;', '&');
}
