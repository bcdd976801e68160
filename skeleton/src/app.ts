import { App, Validations } from 'aws-cdk-lib';
import type { AppProps } from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks } from 'cdk-nag';
import type { WorkloadService } from './foundation/pipeline-parts';
import { PipelineStack } from './pipeline-stack';
import { TenantSettingsError } from './tenant';
import type { TenantSettings } from './tenant';
import { workloads } from './workloads';

export interface PipelineAppProps extends AppProps {
  /** Default: true. Tests that look at the template only spare themselves the packs, which take seconds. */
  readonly gates?: boolean;
}

/**
 * The CDK app of a tenant: one stack, with every gate that synth must pass.
 *
 * @throws TenantSettingsError when this repository does not carry the tenant's workload.
 */
export function createApp(settings: TenantSettings, props: PipelineAppProps = {}): { app: App; stack: PipelineStack } {
  const { gates = true, ...appProps } = props;
  const workload = workloadOf(settings);
  // CDK would add a resource that reports the constructs in use to AWS.
  const app = new App({ analyticsReporting: false, ...appProps });
  const stack = new PipelineStack(app, { settings, workload });
  if (gates) Validations.of(app).addPlugins(new HIPAASecurityChecks(app), new AwsSolutionsChecks(app));
  return { app, stack };
}

function workloadOf({ workload }: TenantSettings): WorkloadService {
  const service = Object.hasOwn(workloads, workload) ? workloads[workload] : undefined;
  if (service !== undefined) return service;
  const legal = `a workload that this repository carries: ${Object.keys(workloads).join(', ')}`;
  throw new TenantSettingsError([{ field: 'workload', value: workload, legal }]);
}
