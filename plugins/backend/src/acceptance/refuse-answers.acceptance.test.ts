import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PortalAnswerError } from '../portal-client';
import { referenceAnswers, withAnswer, type Answers } from './answers';
import { CREATE_TEMPLATE, TASK_PATIENCE_MS } from './template';
import { openWorkplace, type Workplace } from './workplace';

const START_PATIENCE_MS = 180_000;
let workplace: Workplace;
let meditech: Answers;

beforeAll(async () => {
  workplace = await openWorkplace();
  meditech = await referenceAnswers('meditech-eu-central-1');
}, START_PATIENCE_MS);

afterAll(() => workplace.close(), START_PATIENCE_MS);

/** What the portal says against the answers: the API's refusal, or the log of the task that failed. */
async function refusal(answers: Answers): Promise<string> {
  let task: string;
  try {
    task = await workplace.client.createTask(CREATE_TEMPLATE, answers);
  } catch (error) {
    if (error instanceof PortalAnswerError && error.status === 400) return JSON.stringify(error.body);
    throw error;
  }
  const report = await workplace.client.taskReport(task, TASK_PATIENCE_MS);
  if (report.status !== 'failed') throw new Error(`The answers were not refused: the task ${report.status}.`);
  return report.log;
}

const written = async (): Promise<string[]> => readdir(workplace.tenantsDirectory);

describe('answers without what their workload needs', () => {
  it.each(['capacity.scansPerDay', 'imaging.truststoreVersion', 'secrets.cacheAuthTokenArn'])(
    'of imaging are refused for want of %s, and nothing is written',
    async (field) => {
      const answers = await referenceAnswers('medtech-brazil-sa-east-1');
      expect(await refusal(withAnswer(answers, field, undefined))).toContain(field.split('.')[1]);
      expect(await written()).toEqual([]);
    },
  );
});

describe('a wrong answer is refused by the name of its field, and nothing is written', () => {
  it.each<[string, string, (answers: Answers) => unknown]>([
    [
      'secret ARN of another region',
      'secrets.databaseArn',
      ({ aws }) => `arn:aws:secretsmanager:us-east-1:${(aws as { accountId: string }).accountId}:secret:vitals/database-a1B2c3`,
    ],
    ['secret ARN of another account', 'secrets.databaseArn', () => 'arn:aws:secretsmanager:eu-central-1:999999999999:secret:vitals/database-a1B2c3'],
    [
      'secret ARN without its six characters',
      'secrets.databaseArn',
      ({ secrets }) => (secrets as { databaseArn: string }).databaseArn.replace(/-[A-Za-z0-9]{6}$/, ''),
    ],
    ['ARN of another service', 'secrets.databaseArn', ({ secrets }) => (secrets as { databaseArn: string }).databaseArn.replace('secretsmanager', 'ssm')],
    ['environmentSuffix with capitals', 'aws.environmentSuffix', () => 'Prod'],
    ['environmentSuffix with a leading digit', 'aws.environmentSuffix', () => '1prod'],
    ['environmentSuffix that is too long', 'aws.environmentSuffix', () => 'a'.repeat(21)],
    ['unsupported region', 'aws.region', () => 'ap-south-2'],
    ['unknown workload', 'workload', () => 'genomes'],
  ])('%s', async (_what, field, wrong) => {
    const answers = withAnswer(meditech, field, wrong(meditech));
    expect(answers).not.toEqual(meditech);
    const words = await refusal(answers);
    expect(words).toContain(field);
    expect(await written()).toEqual([]);
  });
});

describe('a target folder that is not empty', () => {
  it('is refused and left as it was', async () => {
    const target = join(workplace.tenantsDirectory, 'meditech-eu-central-1');
    await mkdir(target, { recursive: true });
    await writeFile(join(target, 'notes.txt'), 'the hospital keeps this');
    try {
      expect(await refusal(meditech)).toContain('meditech-eu-central-1');
      expect(await readdir(target)).toEqual(['notes.txt']);
      expect(await readFile(join(target, 'notes.txt'), 'utf8')).toBe('the hospital keeps this');
      expect(existsSync(join(target, '.git'))).toBe(false);
    } finally {
      await rm(target, { recursive: true, force: true });
    }
  });
});
