import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Path of a program that is installed; `undefined` when none of that name is on the PATH. */
export function installedProgram(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
