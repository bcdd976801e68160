import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { START_PATIENCE_MS, TEST_PATIENCE_MS, describeInBrowser, openPortal, type PortalInBrowser } from './browser';
import { CREATE_TEMPLATE } from './template';

describeInBrowser('the form in a browser', () => {
  let portal: PortalInBrowser;

  beforeAll(async () => {
    portal = await openPortal();
  }, START_PATIENCE_MS);

  afterAll(() => portal.close(), START_PATIENCE_MS);

  it(
    'signs the guest in without a click and opens on the catalog',
    async () => {
      const { page } = portal;
      await page.goto(portal.url);
      await page.getByText('Hospital data pipelines Catalog').waitFor();
      expect(portal.problems).toEqual([]);
    },
    TEST_PATIENCE_MS,
  );

  it(
    'offers the template',
    async () => {
      const { page } = portal;
      await page.goto(`${portal.url}/create`);
      await page.getByText('Hospital data pipeline', { exact: true }).first().waitFor();
      expect(portal.problems).toEqual([]);
    },
    TEST_PATIENCE_MS,
  );

  it(
    'tells a wrong tenant id what is right, and stays on the page',
    async () => {
      const { page } = portal;
      const [, name] = CREATE_TEMPLATE.split('/');
      await page.goto(`${portal.url}/create/templates/default/${name}`);
      await page.getByLabel('Tenant id').fill('MediTech!');
      await page.getByLabel("Hospital's name").fill('MediTech Solutions');
      await page.getByLabel('Owner').fill('group:default/meditech-platform');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Next' }).click();
      await page.getByText('Lower-case letters, digits and single hyphens').first().waitFor();
      await savePicture(page);
      expect(await page.getByLabel('Tenant id').inputValue()).toBe('MediTech!');
    },
    TEST_PATIENCE_MS,
  );

  it(
    'goes on to the next page once the answers are right',
    async () => {
      const { page } = portal;
      await page.getByLabel('Tenant id').fill('meditech-eu-central-1');
      await page.getByRole('button', { name: 'Next' }).click();
      await page.getByText('Events a second at the peak').first().waitFor();
      expect(portal.problems).toEqual([]);
    },
    TEST_PATIENCE_MS,
  );
});

/** For the documents: `FORM_PICTURE=docs/images/form.png npm run acceptance -- form` draws the picture anew. */
async function savePicture(page: Page): Promise<void> {
  const path = process.env.FORM_PICTURE;
  if (path === undefined) return;
  const file = resolve(process.env.INIT_CWD ?? process.cwd(), path);
  await mkdir(dirname(file), { recursive: true });
  await page.screenshot({ path: file });
}
