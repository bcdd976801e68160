import { createApp } from './app';
import { runWithTenant } from './tenant-file';

runWithTenant((settings) => {
  createApp(settings);
});
