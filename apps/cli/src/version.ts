import { readFileSync } from 'node:fs';

/** The version of resdiff, read here so that starting the command does not load the experiments. */
export const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string };
