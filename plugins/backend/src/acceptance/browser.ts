import { chromium, type Page } from 'playwright-core';
import { buildFrontEnd } from '../front-end';
import { installedProgram } from './program';
import { openWorkplace, tell } from './workplace';

const PAGE_PATIENCE_MS = 60_000;

/** Time to build the pages, start the portal and open a browser, in milliseconds. */
export const START_PATIENCE_MS = 300_000;
/** Time for one test of pages, in milliseconds. */
export const TEST_PATIENCE_MS = 120_000;

/** Path of a Chromium that is installed on this machine; `undefined` when there is none. */
const chromiumProgram = ['chromium', 'chromium-browser', 'google-chrome', 'chrome']
  .map(installedProgram)
  .find((path) => path !== undefined);

/** The portal, open in a headless browser. */
export interface PortalInBrowser {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly page: Page;
  /** Errors that the pages did not catch, in their own words. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

/** Builds the pages where they are not yet, starts a portal of its own and opens an empty page in a browser. */
export async function openPortal(): Promise<PortalInBrowser> {
  await buildFrontEnd(tell);
  const workplace = await openWorkplace({ frontEnd: true });
  // As root, Chromium refuses its own sandbox.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath: chromiumProgram ?? '', args });
  const page = await browser.newPage({ viewport: { width: 1280, height: 960 } });
  page.setDefaultTimeout(PAGE_PATIENCE_MS);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  return {
    url: workplace.url,
    page,
    problems,
    close: async () => {
      await browser.close();
      await workplace.close();
    },
  };
}

/** Tests in a browser, which is no part of what the README asks for: a machine without one passes the others, and is told. */
export function describeInBrowser(name: string, tests: () => void): void {
  if (chromiumProgram !== undefined) {
    describe(name, tests);
    return;
  }
  // Jest prints no names of a file whose tests are all skipped.
  tell(`skipped, since no Chromium is on the PATH: ${name}`);
  describe.skip(name, tests);
}
