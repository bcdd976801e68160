import { SharedServices } from './services';

declare global {
  // Jest runs setup and teardown in one process and hands nothing from one to the other.
  var sharedServices: SharedServices | undefined;
}

export default async function setUp(): Promise<void> {
  globalThis.sharedServices = new SharedServices();
  await globalThis.sharedServices.listen();
}
