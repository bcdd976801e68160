import { resolve } from 'node:path';

/** Root folder of the platform repository, absolute. */
export const REPOSITORY_ROOT = resolve(__dirname, '../../..');
