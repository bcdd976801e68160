import { parseTenantSettings } from '../../src';
import { renderTemplate } from '../../src/rendering/template';
import { someAnswers } from '../support/answers';
import { refusalOf } from '../support/refusal';

const settings = parseTenantSettings(someAnswers({ tenantName: 'Quote " & co' }));
const render = (source: string) => renderTemplate(source, settings, 'docs/page.md.hbs');

it('writes a value through the encoder that the template names', () => {
  expect(render('{{json tenant.name}} {{yaml tenant.name}} {{markdown tenant.name}} {{word workload}}')).toBe(
    '"Quote \\" & co" "Quote \\" & co" Quote&#32;&#34;&#32;&#38;&#32;co vitals',
  );
});

it('chooses and repeats by if, unless and each', () => {
  expect(render('{{#if observability.alarmEmail}}mail{{else}}none{{/if}}')).toBe('none');
  expect(render('{{#unless secrets.databaseKeyArn}}account key{{/unless}}')).toBe('account key');
  expect(render('{{#each compliance.frameworks}}<{{word this}}>{{/each}}')).toBe('<hipaa>');
});

it.each([
  ['a bare value', '{{tenant.name}}'],
  ['a bare value in a block', '{{#if workload}}\n  {{workload}}{{/if}}'],
  ['a bare value in an else', '{{#if workload}}{{else}}{{workload}}{{/if}}'],
  ['a triple brace', '{{{json tenant.name}}}'],
  ['an ampersand', '{{&json tenant.name}}'],
  ['an unknown helper', '{{raw tenant.name}}'],
  ['a helper that Handlebars brings along', '{{lookup tenant "name"}}'],
  ['a helper as a value', '{{json (lookup tenant "name")}}'],
  ['a literal that would pass for an answer', '{{json "text"}}'],
  ['two values', '{{json workload workload}}'],
  ['an option', '{{json workload raw=true}}'],
  ['a block that changes the context', '{{#with tenant}}{{json name}}{{/with}}'],
  ['a partial', '{{> header}}'],
  ['a partial block', '{{#> header}}x{{/header}}'],
  ['a decorator', '{{* x}}'],
  ['no value', '{{json}}'],
])('refuses %s, naming template and line', (_case, source) => {
  const refusal = refusalOf(() => render(`first line\n${source}`));
  expect(refusal.code).toBe('TEMPLATE_INVALID');
  expect(refusal.message).toMatch(/^The template docs\/page\.md\.hbs has at line [23], column \d+ what/);
});

it.each([
  ['a setting that is not there', '{{json tenant.nickname}}'],
  ['a group that is not there', '{{json cluster.size}}'],
  ['an optional setting that is not set', '{{yaml secrets.databaseKeyArn}}'],
  ['a property of the prototype', '{{json tenant.constructor}}'],
  ['a property of a property of the prototype', '{{json tenant.constructor.name}}'],
  ['a method', '{{json tenant.name.trim}}'],
  ['__proto__', '{{json __proto__}}'],
  ['a value that is no plain word', '{{word tenant.name}}'],
  ['broken syntax', '{{json tenant.name}'],
])('refuses %s', (_case, source) => {
  expect(refusalOf(() => render(source)).code).toBe('TEMPLATE_INVALID');
});

it.each(['{{json tenant.nickname}}', '{{yaml secrets.databaseKeyArn}}', '{{json tenant.name.trim}}'])(
  'says of %s that there is no such setting',
  (source) => {
    expect(refusalOf(() => render(source)).message).toContain('has no value: there is no such setting');
  },
);

it('takes what an answer contains for text, never for a template', () => {
  const sly = parseTenantSettings(someAnswers({ tenantName: '{{json aws.accountId}} {{{x}}}' }));
  expect(JSON.parse(renderTemplate('{{json tenant.name}}', sly, 'x.hbs'))).toBe('{{json aws.accountId}} {{{x}}}');
});
