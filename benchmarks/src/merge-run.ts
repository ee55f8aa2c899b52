import { mergeRun } from '@resdiff/runtime';
import { readArrowSchema } from '@resdiff/tables';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Merges the shards of a run: `merge-run.js FOLDER`. */
const [, , folder] = process.argv;
const shards = join(folder, 'shards');
const first = readdirSync(shards).find((name) => name.endsWith('.arrow'))!;
const run = await mergeRun(folder, { schema: await readArrowSchema(join(shards, first)) });
run.complete();
