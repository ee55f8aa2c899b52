import { mergeRun } from '@resdiff/runtime';

/** Merges the shards of a run: `merge-run.js FOLDER`. */
const run = await mergeRun(process.argv[2]);
run.complete();
