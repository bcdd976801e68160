import { chromium, type Browser } from 'playwright-core';
import { installedProgram } from './program';

/** Path of a Chromium that is installed on this machine; `undefined` when there is none. */
export const chromiumProgram = ['chromium', 'chromium-browser', 'google-chrome', 'chrome']
  .map(installedProgram)
  .find((path) => path !== undefined);

/** Starts a headless browser. As root, Chromium refuses its own sandbox. */
export function openBrowser(program: string): Promise<Browser> {
  return chromium.launch({ executablePath: program, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}
