/**
 * Settings of the server. TLS is the only way in; and what it writes to its log is who connected, what changed the schema, who touched
 * patients' tables and which errors happened, never a statement's text or parameters, since those hold patient data.
 *
 * The audit is pgaudit's, with the parameters that Aurora offers (Amazon Aurora User Guide, "Reference for the pgAudit extension"): by
 * session whatever changes schema and roles, by object what the role `rds_pgaudit` is granted. The extension itself, that role's grants and
 * `pgaudit.log_statement`, which Aurora's groups have not, are the matter of the migration `pgaudit`.
 */
export const DATABASE_PARAMETERS = {
  'rds.force_ssl': '1',
  ssl_min_protocol_version: 'TLSv1.2',
  log_connections: '1',
  log_disconnections: '1',
  log_statement: 'none',
  log_min_duration_statement: '-1',
  log_min_error_statement: 'panic',
  // Without DETAIL, which quotes the values of a row that broke a constraint.
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  // The first is Aurora's own default, which this list takes the place of. Read when a server starts.
  shared_preload_libraries: 'pg_stat_statements,pgaudit',
  'pgaudit.log': 'ddl,role',
  'pgaudit.log_parameter': '0',
  'pgaudit.log_statement_once': '1',
  'pgaudit.role': 'rds_pgaudit',
} as const;
