import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { kindOf, UserError } from '@resdiff/runtime';
import { EngineUnavailableError, onnxEngine, tfjsEngine, type Engine } from '@resdiff/trainer';
import { resolveData, type DataSettings } from './data.ts';
import type { Environment, GpuSupport, Resolution, Settings } from './experiment.ts';
import { oneOf } from './settings.ts';

/** What computes trainings, by the name that settings give. */
const engines = {
  onnx: (device) => onnxEngine({ device: deviceInProcess(device) }),
  tfjs: () => tfjsEngine({ backend: 'gpu' }),
  'tfjs-cpu': () => tfjsEngine({ backend: 'cpu' }),
} as const satisfies Record<string, (device: string) => Promise<Engine>>;

export type EngineName = keyof typeof engines;

export const engineNames = Object.keys(engines) as EngineName[];

/** The setting that names an engine. */
export function engineName() {
  return oneOf(engineNames)
    .default('onnx')
    .describe(
      'onnx (ONNX Runtime), tfjs (@tensorflow/tfjs-node-gpu, where installed) or tfjs-cpu (TensorFlow.js, slow)',
    );
}

/** The process of a CUDA device sees that one alone. */
function deviceInProcess(device: string): string {
  return kindOf(device) === 'cuda' ? 'cuda:0' : device;
}

/** What trainings can do on GPUs. */
export const engineGpus: GpuSupport<Settings & { readonly engine: EngineName }> = {
  by: 'engine',
  kinds: ['cuda', 'webgpu'],
  refusal: ({ engine }) =>
    engine === 'onnx'
      ? undefined
      : `the engine ${engine} has no device to be set; the engine onnx has`,
};

const opened = new Map<string, Promise<Engine>>();

/**
 * The engine of this name on a device, one a thread.
 *
 * @throws {UserError} if it cannot compute here, with what to install.
 */
export async function engine(name: EngineName, device = 'cpu'): Promise<Engine> {
  const key = `${name} ${device}`;
  const opening = opened.get(key) ?? engines[name](device);
  opened.set(key, opening);
  try {
    return await opening;
  } catch (error) {
    if (!(error instanceof EngineUnavailableError)) throw error;
    throw new UserError(`engine is ${name}: ${error.message}`, {
      remedy: error.remedy,
      cause: error,
    });
  }
}

/**
 * Looks up the data set and the engine of the settings, whose versions the results depend on.
 *
 * @throws {UserError} if either is not there.
 */
export async function resolveTraining<
  Resolved extends DataSettings & { readonly engine: EngineName },
>(settings: Resolved, environment: Environment): Promise<Resolution<Resolved>> {
  const [resolution, version] = await Promise.all([
    resolveData(settings, environment),
    engineVersion(settings.engine),
  ]);
  return { ...resolution, versions: { ...resolution.versions, engine: version } };
}

const GPU_PACKAGE = '@tensorflow/tfjs-node-gpu';

/**
 * The version that results depend on. The GPU's package works in the first thread of a process that
 * loads it, which is to be the worker, so here it is only looked up.
 */
async function engineVersion(name: EngineName): Promise<string> {
  if (name === 'tfjs') {
    const version = installedVersion(GPU_PACKAGE);
    if (version !== undefined) return `${GPU_PACKAGE} ${version}`;
  }
  return (await engine(name)).version;
}

function installedVersion(name: string): string | undefined {
  try {
    const path = createRequire(import.meta.url).resolve(`${name}/package.json`);
    return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
  } catch {
    return undefined;
  }
}

/** Worker threads at most that an engine computes in. */
export function engineThreads({ engine }: { readonly engine: EngineName }): number {
  return engine === 'tfjs' ? 1 : Infinity;
}
