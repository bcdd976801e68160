import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { buildFrontEnd } from '../front-end';
import { chromiumProgram, openBrowser } from './browser';
import { CREATE_TEMPLATE } from './template';
import { openWorkplace, tell, type Workplace } from './workplace';

const START_PATIENCE_MS = 300_000;
const PAGE_PATIENCE_MS = 60_000;
const TEST_PATIENCE_MS = 120_000;

// A browser is no part of what the README asks for, so a machine without one passes the other tests.
const describeWithBrowser = chromiumProgram === undefined ? describe.skip : describe;
// Jest prints no names of a file whose tests are all skipped.
if (chromiumProgram === undefined) tell('the form is not tried: no Chromium on the PATH');

describeWithBrowser(`the form in a browser${chromiumProgram === undefined ? ' (skipped: no Chromium on the PATH)' : ''}`, () => {
  let workplace: Workplace;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    await buildFrontEnd(tell);
    workplace = await openWorkplace({ frontEnd: true });
    browser = await openBrowser(chromiumProgram ?? '');
    page = await browser.newPage({ viewport: { width: 1280, height: 960 } });
    page.setDefaultTimeout(PAGE_PATIENCE_MS);
    page.on('pageerror', (error) => problems.push(error.message));
  }, START_PATIENCE_MS);

  afterAll(async () => {
    await browser.close();
    await workplace.close();
  }, START_PATIENCE_MS);

  it(
    'signs the guest in without a click and opens on the catalog',
    async () => {
      await page.goto(workplace.url);
      await page.getByText('Hospital data pipelines Catalog').waitFor();
      expect(problems).toEqual([]);
    },
    TEST_PATIENCE_MS,
  );

  it(
    'offers the template',
    async () => {
      await page.goto(`${workplace.url}/create`);
      await page.getByText('Hospital data pipeline', { exact: true }).first().waitFor();
      expect(problems).toEqual([]);
    },
    TEST_PATIENCE_MS,
  );

  it(
    'tells a wrong tenant id what is right, and stays on the page',
    async () => {
      const [, name] = CREATE_TEMPLATE.split('/');
      await page.goto(`${workplace.url}/create/templates/default/${name}`);
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
      await page.getByLabel('Tenant id').fill('meditech-eu-central-1');
      await page.getByRole('button', { name: 'Next' }).click();
      await page.getByText('Events a second at the peak').first().waitFor();
      expect(problems).toEqual([]);
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
