import type * as onnxruntime from 'onnxruntime-node';
import { DeviceError, isOutOfMemory } from '../device-error.ts';
import { EngineUnavailableError } from '../unavailable.ts';
import { deviceName, type OnnxDevice } from './device.ts';

export type Runtime = typeof onnxruntime;
export type { InferenceSession, Tensor } from 'onnxruntime-node';

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

/**
 * Refuses a device that the runtime cannot compute on.
 *
 * @throws {EngineUnavailableError} if the runtime is built without it, or if it is WebGPU and this
 *   is not the main thread.
 */
export async function checkDevice(
  runtime: Runtime,
  { kind }: OnnxDevice,
  importPackage: ImportPackage,
): Promise<void> {
  if (kind === 'cpu') return;
  const backends = runtime.listSupportedBackends().map(({ name }) => name);
  if (!backends.includes(kind)) {
    throw new EngineUnavailableError(
      `ONNX Runtime is built without ${kind} on this platform: it has ${backends.join(', ')}.`,
      'Take one of these, or another machine: it has CUDA on Linux on x64, and WebGPU there, on ' +
        'Windows and on macOS.',
    );
  }
  if (kind === 'cuda') {
    // What ONNX Runtime logs of a missing library is in its error as well.
    runtime.env.logLevel = 'fatal';
    return;
  }
  // With WebGPU in two threads, ONNX Runtime 1.27.0 ends the process or waits for ever.
  const threads = (await importPackage('node:worker_threads')) as { isMainThread: boolean };
  if (!threads.isMainThread) {
    throw new EngineUnavailableError(
      'ONNX Runtime computes on WebGPU in the main thread of a process only, and this is a worker thread.',
      'Run one process a GPU, which computes in its main thread.',
    );
  }
}

export interface ModelOptions {
  /** Gives memory back after each run, which takes up to a fifth more time. */
  readonly frugal?: boolean;
  /** The outputs that are left on the device: all, or those that are named; none if left out. */
  readonly resident?: 'all' | readonly string[];
}

/**
 * A session that runs a model, from the calling thread alone.
 *
 * @throws {EngineUnavailableError} if the device, or what it takes to compute there, is missing.
 * @throws {DeviceError} if it has no memory left.
 */
export async function openModel(
  { InferenceSession }: Runtime,
  device: OnnxDevice,
  model: Uint8Array,
  { frugal = false, resident = [] }: ModelOptions = {},
): Promise<onnxruntime.InferenceSession> {
  const { kind } = device;
  try {
    return await InferenceSession.create(model, {
      executionProviders: [executionProvider(device)],
      executionMode: 'sequential',
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      enableCpuMemArena: !frugal,
      enableMemPattern: !frugal,
      ...(resident.length > 0 && { preferredOutputLocation: locations(resident) }),
      // Else an operator that the GPU lacks would take its arguments to the CPU and back in each step.
      ...(kind === 'webgpu' && { extra: { session: { disable_cpu_ep_fallback: '1' } } }),
    });
  } catch (error) {
    if (kind === 'cpu') throw error;
    const reason = firstLine(error);
    if (isOutOfMemory(reason)) throw new DeviceError(deviceName(device), reason, { cause: error });
    throw unavailable(device, reason);
  }
}

/** With validation, a buffer that could not be had ends the run that uses it, and not in a log alone. */
function executionProvider({ kind, index }: OnnxDevice) {
  if (kind === 'cuda') return { name: kind, deviceId: index };
  if (kind === 'webgpu') return { name: kind, validationMode: 'basic' as const };
  return kind;
}

/**
 * Runs a model.
 *
 * @throws {DeviceError} if a device other than the CPU gives up.
 */
export async function runModel(
  session: onnxruntime.InferenceSession,
  device: OnnxDevice,
  feeds: Readonly<Record<string, onnxruntime.Tensor>>,
  fetches?: Readonly<Record<string, onnxruntime.Tensor>>,
): Promise<Readonly<Record<string, onnxruntime.Tensor>>> {
  try {
    return await (fetches ? session.run(feeds, fetches) : session.run(feeds));
  } catch (error) {
    if (device.kind === 'cpu') throw error;
    throw new DeviceError(deviceName(device), firstLine(error), { cause: error });
  }
}

function locations(resident: 'all' | readonly string[]) {
  if (resident === 'all') return 'gpu-buffer';
  return Object.fromEntries(resident.map((name) => [name, 'gpu-buffer' as const]));
}

function unavailable(device: OnnxDevice, reason: string): EngineUnavailableError {
  const name = deviceName(device);
  if (device.kind === 'webgpu') {
    return new EngineUnavailableError(
      `ONNX Runtime cannot compute on ${name}: ${afterSource(reason)}`,
      'WebGPU needs Vulkan on Linux (the loader libvulkan.so.1, and a driver that VK_DRIVER_FILES or ' +
        '/usr/share/vulkan/icd.d names; SwiftShader is one in software), D3D12 on Windows, and Metal ' +
        'on macOS. Or take cpu.',
    );
  }
  if (/invalid device ordinal|no CUDA-capable device/i.test(reason)) {
    return new EngineUnavailableError(
      `There is no ${name}: ${reason}`,
      'nvidia-smi -L lists the cards, of which CUDA_VISIBLE_DEVICES may leave out some and which it ' +
        'may order otherwise. Or take cpu.',
    );
  }
  return new EngineUnavailableError(
    `ONNX Runtime cannot compute on ${name}: ${reason}`,
    'Install CUDA 12 and cuDNN 9 on the library path, and the files of the execution provider: ' +
      `ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild ${PACKAGE}, which downloads them. ` +
      'Or take webgpu, or cpu.',
  );
}

/** What went wrong, without the place in ONNX Runtime's sources and the condition that failed. */
function afterSource(reason: string): string {
  return reason.replace(/^\S*\.cc:\d+ .* was false\. /, '');
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0].trim();
}
