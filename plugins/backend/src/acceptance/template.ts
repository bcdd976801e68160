/** The template that a hospital's team fills in. */
export const CREATE_TEMPLATE = 'template:default/create-hipaa-pipeline';
/** Rendering and writing one repository; no network is needed. */
export const TASK_PATIENCE_MS = 120_000;
