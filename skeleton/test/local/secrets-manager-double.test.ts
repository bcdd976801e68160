import { DescribeSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { startSecretsManager } from '../../local/doubles/secrets-manager';
import { testSecretsManagerClient } from '../support/template-database';

const ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:x-a1B2c3';

describe('the double of Secrets Manager', () => {
  test('answers the SDK with the secrets it was given, and knows no others', async () => {
    const double = await startSecretsManager({ [ARN]: { username: 'someone', password: 'first' } });
    const client = testSecretsManagerClient(double.endpoint);
    const read = async (SecretId: string) => (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString;

    expect(await read(ARN)).toBe('{"username":"someone","password":"first"}');
    double.put(ARN, { username: 'someone', password: 'second' });
    expect(await read(ARN)).toBe('{"username":"someone","password":"second"}');
    await expect(read(`${ARN}x`)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect(double.readsCount).toBe(2);
    client.destroy();
    await double.close();
  });

  test('fails the test that asks it for what is not planned', async () => {
    const double = await startSecretsManager();
    const client = testSecretsManagerClient(double.endpoint);
    await expect(client.send(new DescribeSecretCommand({ SecretId: ARN }))).rejects.toThrow('GetSecretValue only');
    client.destroy();

    await expect(double.close()).rejects.toThrow('secretsmanager.DescribeSecret');
  });
});
