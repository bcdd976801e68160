import type { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';

/** A store that programs connect to: database or cache. */
export interface BackingStore {
  /** How a program finds it. Never a secret: names and ARNs only. */
  environment(): Readonly<Record<string, string>>;
  /** What a program must be allowed to read its secret. */
  secretStatements(): PolicyStatement[];
  /** Lets a client reach the store, and the store be reached by it. */
  allowFrom(client: SecurityGroup, description: string): void;
}

/** How a program finds all of its stores. */
export function storeEnvironment(stores: readonly BackingStore[]): Record<string, string> {
  return Object.assign({}, ...stores.map((store) => store.environment())) as Record<string, string>;
}
