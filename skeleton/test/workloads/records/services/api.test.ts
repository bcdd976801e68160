import { z } from 'zod';
import { RECORD_RESOURCE_TYPES } from '../../../../src/fhir-r4-types';
import { parseApiEnvironment } from '../../../../src/runtime/environment';
import { parseResourceTypes } from '../../../../src/workloads/records/resource-types';
import { apiMethods } from '../../../foundation/support/api-methods';
import { RECORDS, RECORDS_OTHER_CHOICES } from '../../../foundation/support/settings';
import { synthesize } from '../../../foundation/support/synthesis';
import type { Synthesis } from '../../../foundation/support/synthesis';

const functionSchema = z.object({ Variables: z.record(z.string(), z.unknown()) });

describe('the API of records', () => {
  const synthesis = synthesize(RECORDS);
  const methods = apiMethods(synthesis);

  it('has these methods', () => {
    expect(methods.map(({ name }) => name)).toEqual([
      'GET /AuditEvent',
      'GET /AuditEvent/{id}',
      'GET /health',
      'GET /metadata',
      'GET /{resourceType}',
      'GET /{resourceType}/{id}',
      'GET /{resourceType}/{id}/$everything',
      'GET /{resourceType}/{id}/_history',
      'GET /{resourceType}/{id}/_history/{versionId}',
      'POST /',
      'POST /{resourceType}',
      'PUT /{resourceType}/{id}',
    ]);
  });

  it('answers who saw what by a function of its own, on paths of its own', () => {
    const functions = methods.map(({ name, resource }) => [
      name.includes('/AuditEvent'),
      /"(\w+?Function)\w*"/.exec(JSON.stringify(resource.Properties.Integration))?.[1] === 'AuditFunction',
    ]);

    expect(functions.filter(([ofTheAudit]) => ofTheAudit)).toHaveLength(2);
    for (const [ofTheAudit, byItsFunction] of functions) expect(byItsFunction).toBe(ofTheAudit);
  });

  it('bounds what questions about accesses take from the others', () => {
    const concurrency = synthesis
      .ofType('AWS::Lambda::Function')
      .map(({ Properties }) => [Properties.FunctionName, Properties.ReservedConcurrentExecutions])
      .filter(([name]) => /^(api|audit|ingest)-prod$/.test(String(name)));

    expect(Object.fromEntries(concurrency)).toEqual({ 'api-prod': 50, 'audit-prod': 5, 'ingest-prod': 100 });
  });

  it('reads from the one server that there is', () => {
    for (const name of ['api-prod', 'audit-prod']) {
      expect(parseApiEnvironment({ ...variablesOf(synthesis, name), AWS_REGION: 'eu-west-2' })).toMatchObject({
        database: { host: 'made-DATABASE_HOST', name: 'records' },
        databaseReaderHost: 'made-DATABASE_HOST',
      });
    }
  });

  it.each([
    ['the ten by default', RECORDS, [...RECORD_RESOURCE_TYPES]],
    ['further ones where the settings say so', RECORDS_OTHER_CHOICES, [...RECORD_RESOURCE_TYPES, 'CarePlan', 'Device']],
  ])('tells every program that must know which types are kept: %s', (_, change, types) => {
    const one = synthesize(change);
    const suffix = change.aws?.environmentSuffix ?? 'prod';

    for (const name of ['api', 'ingest']) {
      expect([...parseResourceTypes(variablesOf(one, `${name}-${suffix}`))].sort()).toEqual([...types].sort());
    }
    for (const { Properties } of one.ofType('AWS::ECS::TaskDefinition')) {
      expect(JSON.stringify(Properties.ContainerDefinitions)).toContain(
        `{"Name":"RESOURCE_TYPES","Value":"${types.join(',')}"}`,
      );
    }
  });

  it('names its audit function in the outputs', () => {
    expect(JSON.stringify(synthesis.outputs.AuditFunctionName?.Value)).toContain('AuditFunction');
  });
});

function variablesOf({ ofType }: Synthesis, functionName: string): Record<string, string> {
  const found = ofType('AWS::Lambda::Function').find(({ Properties }) => Properties.FunctionName === functionName);
  return Object.fromEntries(
    Object.entries(functionSchema.parse(found?.Properties.Environment).Variables).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : `made-${name}`,
    ]),
  );
}
