/**
 * The settings of one tenant: schema, defaults and the errors a person gets for a wrong one.
 *
 * The same folder serves the CDK app (at synth) and the platform's rendering library (in the portal's action),
 * so an answer is judged by the same words everywhere. It therefore imports nothing but zod.
 */
export * from './constants';
export { crossFieldFaults, partitionOf } from './cross-field-faults';
export { describeFault, type SettingFault, TenantSettingsError } from './fault';
export { parseTenantSettings } from './parse';
export { type TenantAnswers, type TenantSettings, tenantSettingsSchema } from './schema';
export { settingsOfWorkload } from './workload-settings';
