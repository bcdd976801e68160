import { ApiFunction } from './api-function';
import { storeEnvironment } from './backing-store';
import type { BackingStore } from './backing-store';
import { bundle } from './bundle';
import type { PipelineDatabase } from './pipeline-database';
import type { Foundation } from './pipeline-parts';

export interface DatabaseFunctionProps {
  /** Id of the construct. */
  readonly id: string;
  /** Names the function, its bundle and, in the workload's folder, the folder of its `lambda.ts`. */
  readonly purpose: string;
  /** What the function is for. Shown in the account. */
  readonly description: string;
  /** Called in the rules of security groups, and first in its own group's description, which must never change. */
  readonly client: string;
  readonly database: PipelineDatabase;
  /** What it reads besides. Default: nothing. */
  readonly stores?: readonly BackingStore[];
  /** What the workload's program is told besides. Default: nothing. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Requests served at the same time. Each keeps two connections: to read, and for the audit record. */
  readonly concurrency: number;
}

/** A function behind the API that answers out of the database. */
export function databaseFunction(foundation: Foundation, props: DatabaseFunctionProps): ApiFunction {
  const { scope, settings, names, keys, network } = foundation;
  const { id, purpose, client, database, stores = [], environment = {} } = props;
  const handler = new ApiFunction(scope, id, {
    names,
    purpose,
    description: props.description,
    securityGroupDescription: `${client}: nothing in; AWS and database out`,
    network,
    codeDirectory: bundle({
      name: `${settings.workload}-${purpose}`,
      entry: `src/workloads/${settings.workload}/${purpose}/lambda.ts`,
    }),
    // AWS_REGION is Lambda's own.
    environment: {
      ...database.queryEnvironment(),
      ENVIRONMENT_SUFFIX: names.suffix,
      ...environment,
      ...storeEnvironment(stores),
    },
    statements: [database, ...stores].flatMap((store) => store.secretStatements()),
    reservedConcurrency: props.concurrency,
    dataKey: keys.data,
    logKey: keys.telemetry,
    logRetentionDays: settings.compliance.logRetentionDays,
  });
  for (const store of [database, ...stores]) store.allowFrom(handler.securityGroup, client);
  return handler;
}
