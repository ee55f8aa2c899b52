import { DeviceLostError, serveShards, type DeviceModule } from '@resdiff/runtime';
import { WebgpuDeviceLostError, WebgpuOutOfMemoryError } from '@resdiff/sampler';
import { DeviceError } from '@resdiff/trainer';
import { openGpu } from './gpus.ts';
import { listGpus } from './list-gpus.ts';
import { findExperiment } from './registry.ts';
import type { Settings } from './experiment.ts';

/**
 * What a worker thread runs, and the process of a device: it computes a shard of whichever experiment
 * it belongs to.
 */
export default serveShards(async ({ experiment, config, seed, shard }, context) => {
  const settings = { ...(config as Settings), seed };
  try {
    return await findExperiment(experiment)!.compute(settings, shard.task, context);
  } catch (error) {
    throw isLoss(error) ? new DeviceLostError(error.message, { cause: error }) : error;
  }
});

function isLoss(error: unknown): error is Error {
  return [WebgpuDeviceLostError, WebgpuOutOfMemoryError, DeviceError].some(
    (Loss) => error instanceof Loss,
  );
}

export const openDevice: DeviceModule['openDevice'] = openGpu;

export const listDevices: DeviceModule['listDevices'] = listGpus;
