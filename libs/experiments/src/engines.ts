import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { UserError } from '@resdiff/runtime';
import { EngineUnavailableError, onnxEngine, tfjsEngine, type Engine } from '@resdiff/trainer';
import { resolveData, type DataSettings } from './data.ts';
import type { Environment, Resolution } from './experiment.ts';
import { oneOf } from './settings.ts';

/** What computes trainings, by the name that settings give. */
const engines = {
  onnx: () => onnxEngine(),
  tfjs: () => tfjsEngine({ backend: 'gpu' }),
  'tfjs-cpu': () => tfjsEngine({ backend: 'cpu' }),
} as const satisfies Record<string, () => Promise<Engine>>;

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

const opened = new Map<EngineName, Promise<Engine>>();

/**
 * The engine of this name, one a thread.
 *
 * @throws {UserError} if it cannot compute here, with what to install.
 */
export async function engine(name: EngineName): Promise<Engine> {
  const opening = opened.get(name) ?? engines[name]();
  opened.set(name, opening);
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
