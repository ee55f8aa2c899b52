import { WebgpuAdapterError, WebgpuDeviceLostError, WebgpuUnavailableError } from './errors.ts';

/** A GPU, or a software renderer, that WebGPU can use. */
export interface WebgpuAdapter {
  /** What draws on it: vulkan, metal, d3d12. */
  readonly backend: string;
  readonly name: string;
  /** The number of the adapter before it that Dawn opens in its place; missing where there is none. */
  readonly hiddenBy?: number;
}

export interface WebgpuAdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  /** The driver and its version. */
  readonly description: string;
}

export interface WebgpuLimits {
  /** Bytes of the largest buffer that a kernel can see whole. */
  readonly bufferBytes: number;
  /** Bytes that the threads of a workgroup share. */
  readonly workgroupBytes: number;
  /** Workgroups of a dispatch. */
  readonly workgroups: number;
}

/** An open device. One a process is enough; workers of a pool do not share it. */
export interface WebgpuDevice {
  readonly adapter: WebgpuAdapterInfo;
  readonly limits: WebgpuLimits;
  /** Dawn's device itself. */
  readonly gpu: GPUDevice;
  /** Resolves when the device is gone, also after `close`. */
  readonly lost: Promise<WebgpuDeviceLostError>;
  /** Gives the device back; what is under way on it fails with WebgpuDeviceLostError. */
  close(): void;
}

type Dawn = typeof import('webgpu');

/**
 * What Dawn makes of `create()` must outlive its devices, also what is under way on a closed one:
 * without this it crashes or hangs.
 */
const instances: GPU[] = [];

const LIST_LINE = /backend: '([^']*)', name: '(.*)'/g;
/** A name that no adapter has: Dawn answers with a list of those that exist. */
const NO_NAME = 'any name that no adapter has';
/**
 * Kernels must write what they read of workgroup memory: to zero it first takes time on every dispatch,
 * and SwiftShader compiles a store for every word of it, which takes seconds.
 */
const UNSET = 'enable-dawn-features=disable_workgroup_init';
/** The order of adapters depends on it. */
const PREFERENCE = { powerPreference: 'high-performance' } as const;

/**
 * The adapters of this machine, in Dawn's order; none where there is no driver. Dawn opens the first
 * whose name contains what it is told, so one of two with the same name cannot be had.
 *
 * @throws WebgpuUnavailableError when Dawn cannot be loaded.
 */
export async function webgpuAdapters(): Promise<readonly WebgpuAdapter[]> {
  const { create } = await loadDawn();
  try {
    await create([`adapter=${NO_NAME}`]).requestAdapter(PREFERENCE);
    return [];
  } catch (error) {
    const lines = String(error).matchAll(LIST_LINE);
    const adapters = Array.from(lines, ([, backend, name]) => ({ backend, name }));
    return adapters.map((adapter, index) => {
      const first = adapters.findIndex(({ name }) => name.includes(adapter.name));
      return first < index ? { ...adapter, hiddenBy: first } : adapter;
    });
  }
}

/**
 * Opens a device.
 *
 * @param spec the number of an adapter in `webgpuAdapters`, or a part of its name; by default the one
 *   that Dawn prefers.
 * @throws WebgpuUnavailableError when there is no adapter or Dawn cannot be loaded, and
 *   WebgpuAdapterError when there are only others than the one asked for.
 */
export async function openWebgpu(spec?: number | string): Promise<WebgpuDevice> {
  const { create } = await loadDawn();
  const gpu = create(spec === undefined ? [UNSET] : [UNSET, `adapter=${await nameOf(spec)}`]);
  const adapter = await gpu.requestAdapter(PREFERENCE);
  if (!adapter) throw new WebgpuUnavailableError(NO_ADAPTER);
  const { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupStorageSize } =
    adapter.limits;
  const device = await adapter.requestDevice({
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupStorageSize },
  });
  instances.push(gpu);
  const { vendor, architecture, device: name, description } = adapter.info;
  return {
    adapter: { vendor, architecture, device: name, description },
    limits: {
      bufferBytes: Math.min(maxBufferSize, maxStorageBufferBindingSize),
      workgroupBytes: maxComputeWorkgroupStorageSize,
      workgroups: device.limits.maxComputeWorkgroupsPerDimension,
    },
    gpu: device,
    lost: device.lost.then(({ message }) => lostDevice(message)),
    close() {
      device.destroy();
    },
  };
}

export function lostDevice(reason: string): WebgpuDeviceLostError {
  return new WebgpuDeviceLostError(`the WebGPU device was lost: ${reason || 'no reason given'}`);
}

const NO_ADAPTER =
  'no GPU was found that WebGPU can use. It needs a driver: of Vulkan on Linux, with its loader ' +
  '(libvulkan.so.1), of Direct3D 12 on Windows, and Metal on macOS';

async function nameOf(spec: number | string): Promise<string> {
  const adapters = await webgpuAdapters();
  if (adapters.length === 0) throw new WebgpuUnavailableError(NO_ADAPTER);
  const found =
    typeof spec === 'number' ? adapters[spec] : adapters.find(({ name }) => name.includes(spec));
  const listed = adapters.map(({ name, backend }, i) => `${i}: ${name} (${backend})`).join(', ');
  if (!found) throw new WebgpuAdapterError(`there is no adapter ${spec}; there are ${listed}`);
  if (typeof spec === 'number' && found.hiddenBy !== undefined) {
    throw new WebgpuAdapterError(
      `Dawn cannot tell adapter ${spec} from ${found.hiddenBy}, since it knows them by their names ` +
        `only; let this process see that one GPU alone. There are ${listed}`,
    );
  }
  return found.name;
}

/** Loaded when it is first asked for: it is native code, and most runs need none of it. */
async function loadDawn(): Promise<Dawn> {
  try {
    return await import('webgpu');
  } catch (cause) {
    throw new WebgpuUnavailableError(
      `the package webgpu (Dawn) cannot be loaded on this machine: ${String(cause)}`,
      { cause },
    );
  }
}
