import type { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * The CloudFormation resource that a construct makes, for the properties that the construct does not offer.
 *
 * @throws Error when the construct makes another one, as it might after an update of CDK.
 */
export function cfn<Resource extends CfnResource>(
  construct: IConstruct,
  kind: new (...args: never[]) => Resource,
): Resource {
  const child = construct.node.defaultChild;
  if (child instanceof kind) return child;
  throw new Error(`${construct.node.path} no longer makes a ${kind.name}.`);
}
