/** ARNs that are not the tenant's are refused on their page, in the words of the action. */
import type { Page } from 'playwright-core';
import { referenceAnswers, withAnswer, type Answers } from './answers';
import { START_PATIENCE_MS, TEST_PATIENCE_MS, describeInBrowser, openPortal, type PortalInBrowser } from './browser';
import { CREATE_TEMPLATE } from './template';

// Not the key of the database secret, whose title ends alike.
const SECRET = /^Database secret/;
const secretArn = (region: string, accountId: string) => `arn:aws:secretsmanager:${region}:${accountId}:secret:vitals/database-a1B2c3`;

describeInBrowser('ARNs in the form', () => {
  let portal: PortalInBrowser;
  let page: Page;
  let meditech: Answers;
  let accountId: string;

  beforeAll(async () => {
    meditech = await referenceAnswers('meditech-eu-central-1');
    ({ accountId } = meditech.aws as { accountId: string });
    portal = await openPortal();
    ({ page } = portal);
  }, START_PATIENCE_MS);

  afterAll(() => portal.close(), START_PATIENCE_MS);

  /** Opens the form on its first page, with answers already given, as a link to a prepared form does. */
  const openForm = async (answers: Answers) => {
    const query = new URLSearchParams({ formData: JSON.stringify(answers) });
    await page.goto(`${portal.url}/create/templates/${CREATE_TEMPLATE.slice('template:'.length)}?${query.toString()}`);
    await page.getByLabel('Tenant id').waitFor();
  };
  const goOnTo = async (fieldOfNextPage: string | RegExp) => {
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByLabel(fieldOfNextPage).first().waitFor();
  };
  const goBackTo = async (fieldOfPageBefore: string | RegExp) => {
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByLabel(fieldOfPageBefore).first().waitFor();
  };
  /** Presses the button and waits for the words; the page stays. */
  const expectRefused = async (field: string | RegExp, words: string) => {
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText(words).first().waitFor();
    expect(await page.getByLabel(field).first().isVisible()).toBe(true);
  };

  it(
    'refuses a deploy role of another account on the page that asks for it',
    async () => {
      await openForm(withAnswer(meditech, 'aws.deployRoleArn', 'arn:aws:iam::999999999999:role/pipeline-deploy'));
      await goOnTo('Events a second at the peak');
      await goOnTo('Deploy role');
      await expectRefused('Deploy role', `expected an ARN in the tenant's account, ${accountId} (aws.accountId)`);
      await page.getByLabel('Deploy role').fill(`arn:aws:iam::${accountId}:role/pipeline-deploy`);
      await goOnTo(SECRET);
    },
    TEST_PATIENCE_MS,
  );

  it('shows the field as any other: title, placeholder and description', async () => {
    expect(await page.getByLabel(SECRET).getAttribute('placeholder')).toMatch(/^arn:aws:secretsmanager:/);
    expect(await page.getByText('Complete ARN of an existing Secrets Manager secret').count()).toBe(1);
  });

  it(
    'refuses a secret of another region',
    async () => {
      await page.getByLabel(SECRET).fill(secretArn('us-east-1', accountId));
      await expectRefused(SECRET, "expected an ARN in the tenant's region, eu-central-1 (aws.region)");
    },
    TEST_PATIENCE_MS,
  );

  it(
    'refuses a secret of another account',
    async () => {
      await page.getByLabel(SECRET).fill(secretArn('eu-central-1', '999999999999'));
      await expectRefused(SECRET, `expected an ARN in the tenant's account, ${accountId} (aws.accountId)`);
    },
    TEST_PATIENCE_MS,
  );

  it(
    'goes on once the secret is mended',
    async () => {
      await page.getByLabel(SECRET).fill(secretArn('eu-central-1', accountId));
      await goOnTo('Days that observations are kept');
    },
    TEST_PATIENCE_MS,
  );

  it(
    'judges the secret again once the region has changed on an earlier page',
    async () => {
      await goBackTo(SECRET);
      await goBackTo('Deploy role');
      await page.getByLabel('Region').click();
      await page.getByRole('option', { name: /^eu-west-1/ }).click();
      await goOnTo(SECRET);
      await expectRefused(SECRET, "expected an ARN in the tenant's region, eu-west-1 (aws.region)");
      expect(portal.problems).toEqual([]);
    },
    TEST_PATIENCE_MS,
  );
});
