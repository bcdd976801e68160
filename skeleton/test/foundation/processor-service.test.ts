import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { settings } from './support/settings';
import { describeStreamPipeline } from './support/stream-pipeline';
import { synthesize } from './support/synthesis';
import type { Resource } from './support/synthesis';
import { parseProcessorEnvironment } from '../../src/runtime/environment';

const containerSchema = z.looseObject({
  Environment: z.array(z.object({ Name: z.string(), Value: z.unknown() })),
});

describeStreamPipeline('the processor service', () => {
  const { only, ofType } = synthesize();
  const task = findTask(ofType('AWS::ECS::TaskDefinition'), 'processor-prod');
  const service = only('AWS::ECS::Service');
  const [container] = z.array(containerSchema).parse(task.ContainerDefinitions);

  it('runs on ARM64 as a user without rights, on a read-only file system, without privileges', () => {
    expect(task.RuntimePlatform).toEqual({ CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' });
    expect(container).toMatchObject({ User: '1000:1000', ReadonlyRootFilesystem: true, Privileged: false });
    expect(task.NetworkMode).toBe('awsvpc');
  });

  it('runs two tasks at least, in private subnets of three zones, and offers no shell', () => {
    expect(service.Properties).toMatchObject({
      DesiredCount: 2,
      AvailabilityZoneRebalancing: 'ENABLED',
      EnableExecuteCommand: false,
      NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'DISABLED' } },
    });
    const subnets = JSON.stringify(service.Properties.NetworkConfiguration).match(/NetworkVpc(\w+?)Subnet(\d)/g);
    expect(subnets).toEqual(['NetworkVpcprivateSubnet1', 'NetworkVpcprivateSubnet2', 'NetworkVpcprivateSubnet3']);
  });

  it('rolls back a deployment that does not become healthy, and never runs fewer tasks meanwhile', () => {
    expect(service.Properties.DeploymentConfiguration).toMatchObject({
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      MinimumHealthyPercent: 100,
      MaximumPercent: 200,
    });
    expect(container).toMatchObject({
      HealthCheck: { Command: ['CMD', 'node', '/app/index.mjs', '--health'] },
      StopTimeout: 60,
    });
  });

  it('is given every variable that the processor asks for, and each is legal', () => {
    const variables = Object.fromEntries((container?.Environment ?? []).map(({ Name, Value }) => [Name, text(Value)]));

    expect(parseProcessorEnvironment(variables)).toMatchObject({
      region: 'eu-central-1',
      environmentSuffix: 'prod',
      database: { port: 5432, name: settings().workload },
    });
  });

  it('starts after its permissions, its doors to AWS and its database are there', () => {
    const dependencies = service.DependsOn.join(' ');

    expect(dependencies).toMatch(/ProcessorTaskPolicy/);
    expect(dependencies).toMatch(/ProcessorExecutionPolicy/);
    expect(dependencies).toMatch(/NetworkEndpoints\w*Kinesis/);
    expect(dependencies).toMatch(/DatabaseClusterWriter|DatabaseInstance/);
  });

  it('watches its cluster with Container Insights, whose log group is there first', () => {
    const cluster = only('AWS::ECS::Cluster');
    const group = ofType('AWS::Logs::LogGroup').find(({ id }) => cluster.DependsOn.includes(id));

    expect(cluster.Properties.ClusterSettings).toEqual([{ Name: 'containerInsights', Value: 'enhanced' }]);
    expect(group?.Properties.LogGroupName).toBe('/aws/ecs/containerinsights/processors-prod/performance');
  });

  it('is scaled out quickly and in slowly, by the age of what it reads', () => {
    const policies = Object.fromEntries(
      ofType('AWS::ApplicationAutoScaling::ScalingPolicy').map(({ Properties }) => [Properties.PolicyName, Properties]),
    );
    const alarms = Object.fromEntries(
      ofType('AWS::CloudWatch::Alarm').map(({ Properties }) => [Properties.AlarmName, Properties]),
    );

    expect(policies['processor-scale-out-prod']).toMatchObject({ StepScalingPolicyConfiguration: { Cooldown: 60 } });
    expect(policies['processor-scale-in-prod']).toMatchObject({ StepScalingPolicyConfiguration: { Cooldown: 900 } });
    expect(alarms['processor-scale-out-prod']).toMatchObject({
      MetricName: 'GetRecords.IteratorAgeMilliseconds',
      EvaluationPeriods: 2,
      Threshold: 30_000,
    });
    expect(alarms['processor-scale-in-prod']).toMatchObject({ EvaluationPeriods: 15, Threshold: 5_000 });
    const targets = ofType('AWS::ApplicationAutoScaling::ScalableTarget').map(({ Properties }) => Properties);
    expect(targets.find(({ ServiceNamespace }) => ServiceNamespace === 'ecs')).toMatchObject({
      MinCapacity: 2,
      MaxCapacity: only('AWS::Kinesis::Stream').Properties.ShardCount,
    });
  });
});

describe('the image', () => {
  const dockerfile = readFileSync(join(__dirname, '..', '..', 'src', 'foundation', 'image', 'Dockerfile'), 'utf8');

  it('ends as a user without rights', () => {
    expect(dockerfile.match(/^USER .*$/gm)?.at(-1)).toBe('USER 1000:1000');
  });

  it('runs nothing while it is built, so that any machine can build it for ARM64', () => {
    expect(dockerfile).not.toMatch(/^RUN/m);
  });
});

function findTask(definitions: readonly Resource[], family: string): Resource['Properties'] {
  const found = definitions.find(({ Properties }) => Properties.Family === family);
  if (found === undefined) throw new Error(`There is no task definition ${family}.`);
  return found.Properties;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : 'made-by-cloudformation';
}
