import { ENVIRONMENTS, settings } from './support/settings';
import { synthesize } from './support/synthesis';
import type { Synthesis } from './support/synthesis';
import { DATABASE_PARAMETERS } from '../../src/foundation/database-parameters';

describe.each(ENVIRONMENTS)('the database of a pipeline %s', (_, change) => {
  const synthesis = synthesize(change);
  const { compliance } = settings(change);

  it('refuses connections without TLS, and never logs a statement or its values', () => {
    const groups = ofTypes(synthesis, ['AWS::RDS::DBClusterParameterGroup', 'AWS::RDS::DBParameterGroup']);

    expect(groups.map(({ Properties }) => Properties.Parameters)).toEqual([DATABASE_PARAMETERS]);
    expect(DATABASE_PARAMETERS).toMatchObject({ 'rds.force_ssl': '1', log_statement: 'none' });
  });

  it('is encrypted by the data key, backed up for the tenant’s days, and neither public nor protected from deletion', () => {
    const servers = ofTypes(synthesis, ['AWS::RDS::DBCluster', 'AWS::RDS::DBInstance']);
    // Aurora keeps its data in the cluster: its instances are servers only.
    const stores = servers.filter(
      ({ Type, Properties }) => Type === 'AWS::RDS::DBCluster' || Properties.DBClusterIdentifier === undefined,
    );

    expect(stores).toHaveLength(1);
    for (const { Properties } of stores) {
      expect(Properties).toMatchObject({
        StorageEncrypted: true,
        BackupRetentionPeriod: compliance.backupRetentionDays,
        DeletionProtection: false,
      });
      expect(JSON.stringify(Properties.KmsKeyId)).toContain('KeysData');
    }
    for (const { Properties, Type } of servers) {
      if (Type === 'AWS::RDS::DBInstance') expect(Properties.PubliclyAccessible).toBe(false);
    }
  });
});

describe('the settings of every database', () => {
  it('audits by pgaudit what changes schema and roles, and what touches patients’ tables, without values', () => {
    expect(DATABASE_PARAMETERS).toMatchObject({
      shared_preload_libraries: 'pg_stat_statements,pgaudit',
      'pgaudit.log': 'ddl,role',
      'pgaudit.log_parameter': '0',
      'pgaudit.role': 'rds_pgaudit',
    });
    // A name that Aurora's parameter group does not know fails the deployment, and no tool says so before.
    const known = ['log', 'log_catalog', 'log_level', 'log_parameter', 'log_relation', 'log_statement_once', 'role'];
    const named = Object.keys(DATABASE_PARAMETERS).filter((name) => name.startsWith('pgaudit.'));
    expect(named.filter((name) => !known.includes(name.slice('pgaudit.'.length)))).toEqual([]);
  });
});

function ofTypes({ resources }: Synthesis, types: readonly string[]) {
  return resources.filter(({ Type }) => types.includes(Type));
}
