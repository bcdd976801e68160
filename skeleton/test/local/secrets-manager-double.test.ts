import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  RotateSecretCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { eventually } from './support';
import { type SecretsManagerDouble, startSecretsManager } from '../../local/doubles/secrets-manager';
import { singleUserRotation } from '../../local/doubles/single-user-rotation';
import { testSecretsManagerClient } from '../support/template-database';
import { createTestDatabase } from '../support/test-database';

// The first test that needs a server waits for its start.
jest.setTimeout(60_000);

const ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:x-a1B2c3';

describe('the double of Secrets Manager', () => {
  let double: SecretsManagerDouble;
  let client: SecretsManagerClient;

  beforeEach(async () => {
    double = await startSecretsManager({ [ARN]: { username: 'someone', password: 'first' } });
    client = testSecretsManagerClient(double.endpoint);
  });
  afterEach(() => client.destroy());

  const read = async (SecretId = ARN) => (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString;
  const rotate = async () => (await client.send(new RotateSecretCommand({ SecretId: ARN }))).VersionId ?? '';
  const describeSecret = async () => client.send(new DescribeSecretCommand({ SecretId: ARN }));
  const stagesOf = async (versionId: string) => (await describeSecret()).VersionIdsToStages?.[versionId];

  test('answers the SDK with the secrets it was given, objects as JSON and texts as they are, and knows no others', async () => {
    expect(await read()).toBe('{"username":"someone","password":"first"}');
    double.put(ARN, { username: 'someone', password: 'second' });
    expect(await read()).toBe('{"username":"someone","password":"second"}');
    double.put(`${ARN}/token`, 'a token');
    expect(await read(`${ARN}/token`)).toBe('a token');
    await expect(read(`${ARN}x`)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect(double.readsCount).toBe(3);
    await double.close();
  });

  test('rotates in the steps of a rotation function, and gives out the new value with the last of them only', async () => {
    const steps: string[] = [];
    double.rotateWith(ARN, {
      windowMs: 200,
      create: () => 'second',
      set: async (current, pending) => void steps.push(`${current} to ${pending}`),
      test: async (pending) => void steps.push(`test ${pending}`),
    });

    const versionId = await rotate();
    expect(await stagesOf(versionId)).toEqual(['AWSPENDING']);
    await eventually('the new value is tried out', () => steps.length === 2);
    expect(await read()).toBe('{"username":"someone","password":"first"}');
    await expect(rotate()).rejects.toThrow("A previous rotation isn't complete");
    await eventually('the new value is current', async () => (await read()) === 'second');

    expect(steps).toEqual(['{"username":"someone","password":"first"} to second', 'test second']);
    expect(await stagesOf(versionId)).toEqual(['AWSCURRENT']);
    const { RotationEnabled, LastRotatedDate, VersionIdsToStages } = await describeSecret();
    expect({ RotationEnabled, LastRotatedDate }).toEqual({ RotationEnabled: true, LastRotatedDate: expect.any(Date) });
    expect(
      Object.values(VersionIdsToStages ?? {})
        .flat()
        .sort(),
    ).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
    await double.close();
  });

  test('keeps the old value, and fails the test, where a rotation fails', async () => {
    double.rotateWith(ARN, {
      windowMs: 0,
      create: () => 'second',
      set: async () => {
        throw new Error('no such role');
      },
      test: async () => undefined,
    });
    await rotate();

    await expect(double.close()).rejects.toThrow(`the rotation of ${ARN} failed: Error: no such role`);
  });

  test('rotates nothing that it was not told how to rotate', async () => {
    await expect(rotate()).rejects.toThrow('No Lambda rotation function ARN is associated with this secret.');
    expect(() => double.rotateWith('arn:none', singleUserRotation({} as never))).toThrow('There is no secret arn:none');
    await double.close();
  });

  test('fails the test that asks it for what is not planned', async () => {
    await expect(client.send(new ListSecretsCommand({}))).rejects.toThrow('does not plan for');
    await expect(
      client.send(new GetSecretValueCommand({ SecretId: ARN, VersionStage: 'AWSPREVIOUS' })),
    ).rejects.toThrow('does not plan for');

    await expect(double.close()).rejects.toThrow('secretsmanager.ListSecrets');
  });
});

test("the rotation of a single user changes the password in PostgreSQL first, by the user's own right", async () => {
  const database = await createTestDatabase();
  const { secretArn } = database.settings;
  const before = database.login;
  const current = JSON.stringify(before);
  const rotation = singleUserRotation(database.settings);
  const pending = rotation.create(current);

  await expect(rotation.test(pending)).rejects.toMatchObject({ code: '28P01' });
  await rotation.set(current, pending);
  await rotation.test(pending);
  await expect(rotation.test(current)).rejects.toMatchObject({ code: '28P01' });
  expect(JSON.parse(pending)).toMatchObject({ username: before.username });
  database.secretsManager.put(secretArn, pending);
  await database.pool('pipeline_api').query('SELECT 1');
  await database.drop();
});
