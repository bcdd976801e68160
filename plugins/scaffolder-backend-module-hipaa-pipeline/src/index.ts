/** Scaffolder actions with which a hospital's team creates its pipeline. */
export { createPublishLocalGitAction } from './actions/publish-local-git';
export { createRenderAction } from './actions/render';
export { hipaaPipelineModule as default } from './module';
