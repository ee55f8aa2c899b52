import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { kindOf, UserError, type DeviceKind } from '@resdiff/runtime';
import {
  EngineUnavailableError,
  ONNX_FORMS,
  onnxActivations,
  onnxEngine,
  TFJS_FORMS,
  tfjsActivations,
  tfjsEngine,
  type Engine,
} from '@resdiff/trainer';
import { resolveData, type DataSettings } from './data.ts';
import type { Environment, GpuSupport, Resolution, Settings } from './experiment.ts';
import { oneOf } from './settings.ts';

interface EngineSupport {
  /** The kinds of devices that it computes on; the first is what it is looked for on. */
  readonly kinds: readonly [DeviceKind, ...DeviceKind[]];
  readonly load: (device: string) => Promise<Engine>;
  /** The names of the activations that it trains, and the file in which one is added. */
  readonly activations: readonly string[];
  readonly forms: string;
}

const inOnnx = { activations: onnxActivations, forms: ONNX_FORMS };
const inTfjs = { activations: tfjsActivations, forms: TFJS_FORMS };

/** What computes trainings, by the name that settings give. */
const engines = {
  onnx: {
    kinds: ['cpu', 'cuda', 'webgpu'],
    load: (device) => onnxEngine({ device: deviceInProcess(device) }),
    ...inOnnx,
  },
  tfjs: { kinds: ['cuda'], load: () => tfjsEngine({ backend: 'gpu' }), ...inTfjs },
  'tfjs-cpu': { kinds: ['cpu'], load: () => tfjsEngine({ backend: 'cpu' }), ...inTfjs },
} as const satisfies Record<string, EngineSupport>;

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
  user: ({ engine }) => engine,
  kinds: ['cuda', 'webgpu'],
  refusal: ({ engine }, kind) => whyNotOn(engine, kind),
  cpuRefusal: ({ engine }) => whyNotOn(engine, 'cpu'),
};

function whyNotOn(name: EngineName, kind: string): string | undefined {
  const kinds: readonly string[] = engines[name].kinds;
  return kinds.includes(kind) ? undefined : `the engine ${name} computes on ${kinds[0]} only`;
}

const opened = new Map<string, Promise<Engine>>();

/**
 * The engine of this name on a device, one a thread.
 *
 * @param device by the name that receipts have; by default the first that the engine computes on.
 * @throws {UserError} if it cannot compute there, with what to install.
 */
export async function engine(
  name: EngineName,
  device: string = engines[name].kinds[0],
): Promise<Engine> {
  const reason = whyNotOn(name, kindOf(device));
  if (reason !== undefined) throw new UserError(`This is ${device}, but ${reason}.`);
  const key = `${name} ${device}`;
  const opening = opened.get(key) ?? engines[name].load(device);
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
 * @throws {UserError} if either is not there, or the engine cannot train the activation.
 */
export async function resolveTraining<
  Resolved extends DataSettings & { readonly engine: EngineName; readonly activation: string },
>(settings: Resolved, environment: Environment): Promise<Resolution<Resolved>> {
  refuseUntrained(settings);
  const [resolution, version] = await Promise.all([
    resolveData(settings, environment),
    engineVersion(settings.engine),
  ]);
  return { ...resolution, versions: { ...resolution.versions, engine: version } };
}

/** An activation that a user adds is drawn by its phi alone, but trained in the operators of an engine. */
function refuseUntrained({
  engine: name,
  activation,
}: {
  readonly engine: EngineName;
  readonly activation: string;
}): void {
  const { activations, forms } = engines[name];
  if (activations.includes(activation)) return;
  throw new UserError(
    `activation is ${activation}, which the engine ${name} cannot train; it must be one of ${activations.join(', ')}.`,
    {
      remedy: `Take one of these, or add ${activation} to ${forms} in the folder of resdiff and build it anew.`,
    },
  );
}

const GPU_PACKAGE = '@tensorflow/tfjs-node-gpu';

/**
 * The version that results depend on. The GPU's package is for the process of a device, so here it is
 * only looked up.
 */
async function engineVersion(name: EngineName): Promise<string> {
  return (name === 'tfjs' ? gpuPackage() : undefined) ?? (await engine(name)).version;
}

/** The package of the engine tfjs with its version, if it is installed; it is not loaded. */
export function gpuPackage(): string | undefined {
  const version = installedVersion(GPU_PACKAGE);
  return version && `${GPU_PACKAGE} ${version}`;
}

function installedVersion(name: string): string | undefined {
  try {
    const path = createRequire(import.meta.url).resolve(`${name}/package.json`);
    return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
  } catch {
    return undefined;
  }
}
