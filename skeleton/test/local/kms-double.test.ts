import { DescribeKeyCommand, GenerateMacCommand, KMSClient } from '@aws-sdk/client-kms';
import { type KmsDouble, startKms } from '../../local/doubles/kms';

const KEY = 'arn:aws:kms:sa-east-1:111122223333:key/mac';

describe('the double of KMS', () => {
  let double: KmsDouble;
  let client: KMSClient;

  beforeEach(async () => {
    double = await startKms([KEY]);
    client = new KMSClient({
      region: 'sa-east-1',
      endpoint: double.endpoint,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
  });
  afterEach(() => client.destroy());

  const mac = async (text: string, KeyId = KEY) => {
    const { Mac } = await client.send(
      new GenerateMacCommand({ KeyId, Message: Buffer.from(text), MacAlgorithm: 'HMAC_SHA_256' }),
    );
    return Buffer.from(Mac ?? []).toString('hex');
  };

  test('answers the same code for the same message, and knows no other keys', async () => {
    const code = await mac('one');

    expect(code).toMatch(/^[0-9a-f]{64}$/);
    expect(await mac('one')).toBe(code);
    expect(await mac('two')).not.toBe(code);
    await expect(mac('one', `${KEY}x`)).rejects.toMatchObject({ name: 'NotFoundException' });
    await expect(mac('x'.repeat(4_097))).rejects.toMatchObject({ name: 'ValidationException' });
    await double.close();
  });

  test('answers 501 to what is not planned for, and says so in the end', async () => {
    await expect(client.send(new DescribeKeyCommand({ KeyId: KEY }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 501 },
    });
    await expect(double.close()).rejects.toThrow(/not planned.*DescribeKey/);
  });
});
