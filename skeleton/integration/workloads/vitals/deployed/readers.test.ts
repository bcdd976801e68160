import { alarmsNamed } from '../../../support/alarms';
import { describeDeployed } from '../../../support/deployed';

describeDeployed('the readers of the deployed database', (outputs) => {
  test('adds and takes away readers by their processor use, where the settings let their number vary', async () => {
    // Application Auto Scaling makes the alarms of a policy that tracks a target, and names them so.
    const alarms = await alarmsNamed(
      outputs().Region,
      `TargetTracking-cluster:database-${outputs().EnvironmentSuffix}-`,
    );
    if (alarms.length === 0) {
      process.stdout.write(
        'No scaling of readers found: right only where capacity.databaseReadersMin is the maximum too.\n',
      );
      return;
    }

    expect(new Set(alarms.map(({ MetricName }) => MetricName))).toEqual(new Set(['CPUUtilization']));
    for (const { AlarmActions } of alarms) {
      expect(AlarmActions?.join()).toContain(`:resource/rds/cluster:database-${outputs().EnvironmentSuffix}:`);
    }
  });
});
