import { DescribeStreamSummaryCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { GetKeyRotationStatusCommand, KMSClient } from '@aws-sdk/client-kms';
import { describeDeployed } from '../support/deployed';

describeDeployed('the deployed stream', (outputs) => {
  test("is encrypted with the pipeline's own key, and keeps records for a week", async () => {
    const kinesis = new KinesisClient({ region: outputs().Region });
    const { StreamDescriptionSummary: stream } = await kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName: outputs().KinesisStreamName }),
    );

    expect(stream).toMatchObject({
      StreamARN: outputs().KinesisStreamArn,
      StreamStatus: 'ACTIVE',
      EncryptionType: 'KMS',
      KeyId: outputs().DataKeyArn,
      RetentionPeriodHours: 168,
    });
    expect(stream?.OpenShardCount).toBeGreaterThanOrEqual(2);
    kinesis.destroy();
  });

  test('has a key that rotates', async () => {
    const kms = new KMSClient({ region: outputs().Region });

    expect(await kms.send(new GetKeyRotationStatusCommand({ KeyId: outputs().DataKeyArn }))).toMatchObject({
      KeyRotationEnabled: true,
    });
    kms.destroy();
  });
});
