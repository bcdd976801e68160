import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { describeStreamPipeline } from './support/stream-pipeline';
import { synthesize } from './support/synthesis';
import { parseOperatorEnvironment } from '../../src/runtime/environment';

const taskSchema = z.looseObject({
  ContainerDefinitions: z.tuple([
    z.looseObject({ Environment: z.array(z.object({ Name: z.string(), Value: z.unknown() })) }),
  ]),
});

describeStreamPipeline('the operator’s task', () => {
  const { only, ofType, outputs } = synthesize({
    compliance: { legalRetentionDays: 30, legalRetentionBasis: '§ 630f BGB' },
  });
  const definitions = ofType('AWS::ECS::TaskDefinition');
  const operator = definitions.find(({ Properties }) => Properties.Family === 'operator-prod');
  const processor = definitions.find(({ Properties }) => Properties.Family === 'processor-prod');
  const [container] = taskSchema.parse(operator?.Properties).ContainerDefinitions;
  const [processorContainer] = taskSchema.parse(processor?.Properties).ContainerDefinitions;

  it('is hardened as processors are', () => {
    for (const property of ['User', 'ReadonlyRootFilesystem', 'Privileged', 'Essential']) {
      expect([property, container[property]]).toEqual([property, processorContainer[property]]);
    }
    for (const property of ['RuntimePlatform', 'NetworkMode', 'RequiresCompatibilities']) {
      expect([property, operator?.Properties[property]]).toEqual([property, processor?.Properties[property]]);
    }
    expect(container).toMatchObject({ User: '1000:1000', ReadonlyRootFilesystem: true });
  });

  it('has roles and a security group of its own', () => {
    expect(JSON.stringify(operator?.Properties.TaskRoleArn)).toContain('OperatorTaskRole');
    expect(JSON.stringify(operator?.Properties.ExecutionRoleArn)).toContain('OperatorExecutionRole');
    expect(JSON.stringify(outputs.OperatorSecurityGroupId?.Value)).toContain('OperatorSecurityGroup');
  });

  it('tells what it can do when it is started without a command, and takes the command as its arguments', () => {
    expect(container).toMatchObject({ Name: 'operator', EntryPoint: ['node', '/app/index.mjs'], Command: ['--help'] });
  });

  it('loses no line of its answer when the log is slow', () => {
    expect(container.LogConfiguration).toMatchObject({ Options: { mode: 'blocking' } });
  });

  it('is given every variable that the program asks for', () => {
    const variables = Object.fromEntries(
      container.Environment.map(({ Name, Value }) => [Name, typeof Value === 'string' ? Value : `made-${Name}`]),
    );

    expect(parseOperatorEnvironment(variables)).toMatchObject({
      region: 'eu-central-1',
      database: { host: 'made-DATABASE_HOST' },
      legalRetention: { days: 30, basis: '§ 630f BGB' },
      backupRetentionDays: 35,
      exportBucket: 'made-EXPORT_BUCKET',
    });
  });

  it('knows the law that keeps data from erasure, and where exports go', () => {
    const variables = new Map(container.Environment.map(({ Name, Value }) => [Name, Value]));

    expect(variables.get('LEGAL_RETENTION_DAYS')).toBe('30');
    expect(variables.get('LEGAL_RETENTION_BASIS')).toBe('§ 630f BGB');
    expect(variables.get('EXPORT_BUCKET')).toEqual({ Ref: expect.stringContaining('ExportsBucket') });
  });

  it('is started by nobody but a person: no service runs it, and no rule starts it', () => {
    expect(JSON.stringify(only('AWS::ECS::Service').Properties)).not.toContain(operator?.id ?? 'none');
    expect(() => ofType('AWS::Events::Rule')).toThrow('has no');
  });

  it('is started as the runbook says: by outputs that are there, under the container’s name', () => {
    const runbook = readFileSync(join(__dirname, '..', '..', 'docs', 'runbook.md'), 'utf8');
    const command = /```sh\n(?:(?!```)[^])*?aws ecs run-task[^]*?```/.exec(runbook)?.[0] ?? '';
    const named = [...command.matchAll(/\$\(output (\w+)\)/g)].map(([, name]) => name ?? '');

    expect(named.sort()).toEqual([
      'EcsClusterName',
      'OperatorSecurityGroupId',
      'OperatorSubnetIds',
      'OperatorTaskDefinitionArn',
    ]);
    for (const name of named) expect(outputs).toHaveProperty(name);
    expect(command).toContain('"name":"operator"');
    expect(command).toContain('assignPublicIp=DISABLED');
  });
});
