import { serveShards } from '@resdiff/runtime';
import { findExperiment } from './registry.ts';
import type { Settings } from './experiment.ts';

/** What a worker thread runs: it computes a shard of whichever experiment it belongs to. */
export default serveShards(({ experiment, config, seed, shard }, context) =>
  findExperiment(experiment)!.compute({ ...(config as Settings), seed }, shard.task, context),
);
