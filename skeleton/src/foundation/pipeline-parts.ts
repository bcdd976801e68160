import type { Construct } from 'constructs';
import type { TenantSettings } from '../tenant';
import type { Alarms } from './alarms';
import type { Keys } from './keys';
import type { Names } from './naming';
import type { Network } from './network';
import type { OutputValues } from './outputs';

/** What every pipeline has, and a workload builds on. */
export interface Foundation {
  readonly scope: Construct;
  readonly settings: TenantSettings;
  readonly names: Names;
  readonly keys: Keys;
  readonly network: Network;
  readonly alarms: Alarms;
}

/** Outputs that the foundation knows by itself; a workload brings the rest. */
export type FoundationOutputName =
  'Target' | 'Region' | 'EnvironmentSuffix' | 'TenantId' | 'VpcId' | 'DataKeyArn' | 'AlarmTopicArn' | 'AuditTrailName';

/** Adds a workload's own resources to a stack and tells its outputs. */
export type WorkloadService = (foundation: Foundation) => Omit<OutputValues, FoundationOutputName>;
