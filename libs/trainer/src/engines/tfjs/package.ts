import type * as tensorflow from '@tensorflow/tfjs';
import { EngineUnavailableError } from '../unavailable.ts';

/** The functions of TensorFlow.js, from whichever package. */
export type Tensorflow = typeof tensorflow;

/**
 * Where TensorFlow.js computes:
 * - `gpu`: CUDA, through the native addon of `@tensorflow/tfjs-node-gpu`;
 * - `cpu`: plain JavaScript, through `@tensorflow/tfjs` alone.
 */
export type TfjsBackend = 'gpu' | 'cpu';

/** Imports a package by its name. */
export type ImportPackage = (name: string) => Promise<unknown>;

const packages = {
  gpu: {
    name: '@tensorflow/tfjs-node-gpu',
    registeredAs: 'tensorflow',
    device: 'cuda',
    needs:
      'It downloads libtensorflow 2.9.1 from the internet, and needs an NVIDIA GPU with CUDA 11 and cuDNN 8.',
  },
  cpu: {
    name: '@tensorflow/tfjs',
    registeredAs: 'cpu',
    device: 'cpu',
    needs: 'It is plain JavaScript, for checks: the engine onnx is faster on a CPU.',
  },
} as const;

const packageVersion = '4.22.0';

/** TensorFlow.js on one of its backends. */
export interface LoadedTensorflow {
  readonly tf: Tensorflow;
  readonly device: 'cuda' | 'cpu';
  /** Makes the backend the one that computes, of those that the process has. */
  readonly activate: () => Promise<void>;
}

/**
 * Loads TensorFlow.js in its production mode, without its greeting.
 *
 * @throws {EngineUnavailableError} if the package is not installed, does not load, or finds no GPU.
 */
export async function loadTensorflow(
  backend: TfjsBackend,
  importPackage: ImportPackage,
): Promise<LoadedTensorflow> {
  const { registeredAs, device } = packages[backend];
  const tf = await importTensorflow(backend, importPackage);
  tf.enableProdMode();
  const activate = async () => {
    if (tf.getBackend() !== registeredAs) await tf.setBackend(registeredAs);
  };
  await activate();
  if (backend === 'gpu' && !computesOnGpu(tf.backend())) {
    throw new EngineUnavailableError(
      'The engine tfjs found no GPU: TensorFlow would compute on the CPU.',
      'Check that CUDA_VISIBLE_DEVICES names a GPU, and that CUDA 11 and cuDNN 8 are on the library path. Or take the engine onnx.',
    );
  }
  return { tf, device, activate };
}

async function importTensorflow(
  backend: TfjsBackend,
  importPackage: ImportPackage,
): Promise<Tensorflow> {
  const { name, needs } = packages[backend];
  const install = `npm install ${name}@${packageVersion}`;
  let imported: object;
  try {
    imported = (await importPackage(name)) as object;
  } catch (error) {
    const reason = firstLine(error);
    if (isAbsent(error, name)) {
      throw new EngineUnavailableError(
        `The engine tfjs on the ${backend.toUpperCase()} needs the package ${name}, which is not installed.`,
        `Install it: ${install}. ${needs} Or take the engine onnx.`,
      );
    }
    // What Node says of an addon that an earlier thread has loaded and that cannot be loaded twice.
    if (reason.includes('did not self-register')) {
      throw new EngineUnavailableError(
        `${name} works in one thread of a process only, and another thread has loaded it.`,
        'Run one process a GPU, with one thread, and choose its GPU by CUDA_VISIBLE_DEVICES.',
      );
    }
    throw new EngineUnavailableError(
      `${name} is installed but does not load: ${reason}`,
      `Install it anew: ${install}. ${needs} Or take the engine onnx.`,
    );
  }
  return ('default' in imported ? imported.default : imported) as Tensorflow;
}

function isAbsent(error: unknown, name: string): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'ERR_MODULE_NOT_FOUND' &&
    error.message.includes(`'${name}'`)
  );
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0].trim();
}

function computesOnGpu(backend: object): boolean {
  return 'isUsingGpuDevice' in backend && backend.isUsingGpuDevice === true;
}
