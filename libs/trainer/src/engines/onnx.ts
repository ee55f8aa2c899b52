import type { Engine } from '../engine.ts';
import { loadRuntime, type ExecutionProviders, type ImportPackage } from './onnx/runtime.ts';
import { openOnnxSession } from './onnx/session.ts';

export interface OnnxOptions {
  /** Where ONNX Runtime computes: its execution providers by name, the first that can; `['cpu']` if left out. */
  readonly executionProviders?: ExecutionProviders;
  /** How the package of ONNX Runtime is imported. */
  readonly importPackage?: ImportPackage;
}

/**
 * An engine on ONNX Runtime: one graph holds the forward pass, the backward pass and the update. A
 * session computes in the thread that it is called from and in no other, so tasks run side by side
 * in worker threads, each with an engine of its own.
 *
 * @throws {EngineUnavailableError} if the package is not installed or does not load.
 */
export async function onnxEngine({
  executionProviders = ['cpu'],
  importPackage = (name) => import(name),
}: OnnxOptions = {}): Promise<Engine> {
  const runtime = await loadRuntime(importPackage);
  const device = executionProviders[0];
  return {
    name: 'onnx',
    version: `onnxruntime ${runtime.env.versions.node} ${device}`,
    device,
    open: (job) => openOnnxSession(runtime, job, executionProviders),
  };
}
