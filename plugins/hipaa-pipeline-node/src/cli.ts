#!/usr/bin/env -S npx tsx
import { runRenderCommand } from './command';

// npm runs scripts in the package's folder and tells where it was called from itself.
const calledByNpm = process.env.npm_lifecycle_event === 'render';

void runRenderCommand(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
  directory: (calledByNpm ? process.env.INIT_CWD : undefined) ?? process.cwd(),
}).then((code) => {
  process.exitCode = code;
});
