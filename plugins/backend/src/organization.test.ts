import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { REPOSITORY_ROOT } from './repository-root';

interface Entity {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

async function referencesInCatalog(): Promise<string[]> {
  const text = await readFile(join(REPOSITORY_ROOT, 'plugins/backend/catalog/organization.yaml'), 'utf8');
  return parseAllDocuments(text).map((document) => {
    const { kind, metadata } = document.toJS() as Entity;
    return `${kind.toLowerCase()}:default/${metadata.name}`;
  });
}

it('the catalog knows the owner that each reference tenant names', async () => {
  const folder = join(REPOSITORY_ROOT, 'template/create/answers');
  const files = await readdir(folder);
  expect(files).toHaveLength(4);
  const known = await referencesInCatalog();
  for (const file of files) {
    const answers = parse(await readFile(join(folder, file), 'utf8')) as { tenant: { owner: string } };
    expect(known).toContain(answers.tenant.owner);
  }
});

it('the catalog knows the guest whom the portal signs in, and his groups', async () => {
  const config = parse(await readFile(join(REPOSITORY_ROOT, 'app-config.yaml'), 'utf8')) as {
    auth: { providers: { guest: { userEntityRef: string; ownershipEntityRefs: string[] } } };
  };
  const { userEntityRef, ownershipEntityRefs } = config.auth.providers.guest;
  expect(await referencesInCatalog()).toEqual(expect.arrayContaining([userEntityRef, ...ownershipEntityRefs]));
});
