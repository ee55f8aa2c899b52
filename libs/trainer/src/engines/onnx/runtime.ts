import type * as onnxruntime from 'onnxruntime-node';
import { EngineUnavailableError } from '../unavailable.ts';

export type Runtime = typeof onnxruntime;
export type { InferenceSession, Tensor } from 'onnxruntime-node';

/** Where ONNX Runtime is to compute: its execution providers, the preferred one first. */
export type ExecutionProviders = readonly string[];

/** Imports a package by its name. */
export type ImportPackage = (name: string) => Promise<unknown>;

const PACKAGE = 'onnxruntime-node';
const PACKAGE_VERSION = '1.27.0';

/** @throws {EngineUnavailableError} if the package is not installed or does not load. */
export async function loadRuntime(importPackage: ImportPackage): Promise<Runtime> {
  try {
    return (await importPackage(PACKAGE)) as Runtime;
  } catch (error) {
    throw new EngineUnavailableError(
      `The engine onnx needs the package ${PACKAGE}, which does not load: ${firstLine(error)}`,
      `Install it: npm install ${PACKAGE}@${PACKAGE_VERSION}. It has binaries for Linux and Windows ` +
        'on x64 and arm64, and for macOS on arm64. Or take the engine tfjs.',
    );
  }
}

export interface ModelOptions {
  readonly executionProviders: ExecutionProviders;
  /** Gives memory back after each run, which takes up to a fifth more time. */
  readonly frugal?: boolean;
}

/**
 * A session that runs a model in the calling thread alone.
 *
 * @throws {EngineUnavailableError} if an execution provider is missing or does not load.
 */
export async function openModel(
  { InferenceSession }: Runtime,
  model: Uint8Array,
  { executionProviders, frugal = false }: ModelOptions,
): Promise<onnxruntime.InferenceSession> {
  try {
    return await InferenceSession.create(model, {
      executionProviders: [...executionProviders],
      executionMode: 'sequential',
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      enableCpuMemArena: !frugal,
      enableMemPattern: !frugal,
    });
  } catch (error) {
    if (executionProviders.every((provider) => provider === 'cpu')) throw error;
    throw new EngineUnavailableError(
      `ONNX Runtime cannot compute on ${executionProviders.join(', ')}: ${firstLine(error)}`,
      'Install what the execution provider needs (cuda: CUDA 12 and cuDNN 9 on the library path, and ' +
        `${PACKAGE} installed with ONNXRUNTIME_NODE_INSTALL=cuda12), or take cpu.`,
    );
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0].trim();
}
