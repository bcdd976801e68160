export { startPortal, type Portal, type PortalOptions } from './portal';
export { PortalClient, PortalAnswerError, type CatalogEntity, type TaskReport } from './portal-client';
