/** What the form's field says of an ARN, with the answers of all pages. */
import fc from 'fast-check';
import { parseTenantSettings, REGIONS, TenantSettingsError } from 'hipaa-pipeline-node/settings';
import { judgeTenantArn } from '../src/tenant-arn/judge-tenant-arn';

interface Place {
  readonly region: string;
  readonly accountId: string;
}

const tenantPlace: Place = { region: 'eu-central-1', accountId: '111122223333' };
const ARN_OF = {
  'aws.deployRoleArn': ({ accountId }: Place) => `arn:aws:iam::${accountId}:role/pipeline-deploy`,
  'secrets.databaseArn': ({ region, accountId }: Place) => `arn:aws:secretsmanager:${region}:${accountId}:secret:vitals/db-a1B2c3`,
  'secrets.databaseKeyArn': ({ region, accountId }: Place) =>
    `arn:aws:kms:${region}:${accountId}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
};
type ArnField = keyof typeof ARN_OF;
const FIELDS = Object.keys(ARN_OF) as ArnField[];

/** Answers of a tenant in one place whose ARNs are all of another. */
function answersOf(tenant: Place, arns: Place) {
  return {
    tenant: { id: 'meditech', name: 'MediTech Solutions', owner: 'group:default/meditech' },
    workload: 'vitals',
    capacity: { peakEventsPerSecond: 1000 },
    aws: { ...tenant, environmentSuffix: 'prod', deployRoleArn: ARN_OF['aws.deployRoleArn'](arns) },
    secrets: {
      databaseArn: ARN_OF['secrets.databaseArn'](arns),
      databaseKeyArn: ARN_OF['secrets.databaseKeyArn'](arns),
    },
  };
}

function judge(arn: string | undefined, formData: unknown): string[] {
  const messages: string[] = [];
  judgeTenantArn(arn, { addError: (message) => messages.push(message) }, { formData });
  return messages;
}

const judgeField = (field: ArnField, tenant: Place, arns: Place) => judge(ARN_OF[field](arns), answersOf(tenant, arns));

const OTHER_REGION = "expected an ARN in the tenant's region, eu-central-1 (aws.region)";
const OTHER_ACCOUNT = "expected an ARN in the tenant's account, 111122223333 (aws.accountId)";

it.each([
  ['a secret of another region', 'secrets.databaseArn', { region: 'eu-west-1' }, [OTHER_REGION]],
  ['a secret of a region that begins alike', 'secrets.databaseArn', { region: 'eu-central-2' }, [OTHER_REGION]],
  ['a secret of another account', 'secrets.databaseArn', { accountId: '111122223334' }, [OTHER_ACCOUNT]],
  ['a secret of another region and account', 'secrets.databaseArn', { region: 'us-east-1', accountId: '9'.repeat(12) }, [OTHER_REGION, OTHER_ACCOUNT]],
  ['a key of another region', 'secrets.databaseKeyArn', { region: 'eu-west-1' }, [OTHER_REGION]],
  ['a key of another account', 'secrets.databaseKeyArn', { accountId: '211122223333' }, [OTHER_ACCOUNT]],
  ['a deploy role of another account', 'aws.deployRoleArn', { accountId: '111122223332' }, [OTHER_ACCOUNT]],
] as const)('refuses %s and says what is legal', (_case, field, changes, words) => {
  expect(judgeField(field, tenantPlace, { ...tenantPlace, ...changes })).toEqual(words);
});

it('refuses a secret of another partition', () => {
  const databaseArn = ARN_OF['secrets.databaseArn'](tenantPlace).replace('arn:aws:', 'arn:aws-cn:');
  const answers = { ...answersOf(tenantPlace, tenantPlace), secrets: { databaseArn } };
  expect(judge(databaseArn, answers)).toEqual(['expected an ARN of the partition aws, that of eu-central-1']);
});

it('takes the ARNs of the tenant', () => {
  for (const field of FIELDS) expect(judgeField(field, tenantPlace, tenantPlace)).toEqual([]);
});

it('says nothing of an optional answer that is left empty', () => {
  // The capacity is missing too: a fault whose value is likewise undefined, of another field.
  expect(judge(undefined, { workload: 'vitals', aws: tenantPlace, secrets: {} })).toEqual([]);
});

it('says nothing of one field under another', () => {
  const stranger = { ...tenantPlace, accountId: '999999999999' };
  const answers = {
    aws: { ...tenantPlace, deployRoleArn: ARN_OF['aws.deployRoleArn'](tenantPlace) },
    secrets: { databaseArn: ARN_OF['secrets.databaseArn'](stranger), databaseKeyArn: ARN_OF['secrets.databaseKeyArn'](tenantPlace) },
  };
  expect(judge(answers.aws.deployRoleArn, answers)).toEqual([]);
  expect(judge(answers.secrets.databaseKeyArn, answers)).toEqual([]);
  expect(judge(answers.secrets.databaseArn, answers)).toEqual([OTHER_ACCOUNT]);
});

const digits = fc.stringMatching(/^[0-9]{12}$/);
/** Another account, as often as not one that differs in a single digit; or the same. */
const accountPairs = fc.oneof(
  digits.map((account) => [account, account] as const),
  fc.tuple(digits, digits),
  fc.tuple(digits, fc.nat({ max: 11 }), fc.integer({ min: 1, max: 9 })).map(([account, at, by]) => {
    const digit = (Number(account[at]) + by) % 10;
    return [account, `${account.slice(0, at)}${digit}${account.slice(at + 1)}`] as const;
  }),
);
const region = fc.constantFrom(...REGIONS);
const regionPairs = fc.oneof(region.map((same) => [same, same] as const), fc.tuple(region, region));
const places = fc
  .tuple(regionPairs, accountPairs)
  .map(([[own, other], [account, otherAccount]]) => [{ region: own, accountId: account }, { region: other, accountId: otherAccount }] as const);

it('takes exactly the regions and accounts that are equal, for role, secret and key', () => {
  fc.assert(
    fc.property(places, fc.constantFrom(...FIELDS), ([tenant, arns], field) => {
      const regionFits = field === 'aws.deployRoleArn' || tenant.region === arns.region;
      const accountFits = tenant.accountId === arns.accountId;
      expect(judgeField(field, tenant, arns)).toEqual([
        ...(regionFits ? [] : [`expected an ARN in the tenant's region, ${tenant.region} (aws.region)`]),
        ...(accountFits ? [] : [`expected an ARN in the tenant's account, ${tenant.accountId} (aws.accountId)`]),
      ]);
    }),
    { numRuns: 1000 },
  );
});

it('says what the action and synth say of the same answers', () => {
  fc.assert(
    fc.property(places, ([tenant, arns]) => {
      const answers = answersOf(tenant, arns);
      const inForm = FIELDS.flatMap((field) => judgeField(field, tenant, arns).map((words) => `${field}: ${words}`));
      expect(inForm.sort()).toEqual(atSynth(answers).sort());
    }),
  );
});

function atSynth(answers: unknown): string[] {
  try {
    parseTenantSettings(answers);
    return [];
  } catch (error) {
    if (!(error instanceof TenantSettingsError)) throw error;
    return error.faults.map(({ field, legal }) => `${field}: expected ${legal}`);
  }
}
