import { WebgpuAdapterError, WebgpuDeviceLostError, WebgpuUnavailableError } from './errors.ts';

/** A GPU, or a software renderer, that WebGPU can use. */
export interface WebgpuAdapter {
  /** What draws on it: vulkan, metal, d3d12. */
  readonly backend: string;
  readonly name: string;
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

/** What Dawn makes of `create()` must outlive its devices: without this it crashes or hangs. */
const instances = new Map<GPUDevice, GPU>();

const LIST_LINE = /backend: '([^']*)', name: '(.*)'/g;
/** A name that no adapter has: Dawn answers with a list of those that exist. */
const NO_NAME = 'any name that no adapter has';

/**
 * The adapters of this machine, in Dawn's order; none where there is no driver.
 *
 * @throws WebgpuUnavailableError when Dawn cannot be loaded.
 */
export async function webgpuAdapters(): Promise<readonly WebgpuAdapter[]> {
  const { create } = await loadDawn();
  try {
    await create([`adapter=${NO_NAME}`]).requestAdapter();
    return [];
  } catch (error) {
    const lines = String(error).matchAll(LIST_LINE);
    return Array.from(lines, ([, backend, name]) => ({ backend, name }));
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
  const gpu = create(spec === undefined ? [] : [`adapter=${await nameOf(spec)}`]);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new WebgpuUnavailableError(NO_ADAPTER);
  const { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupStorageSize } =
    adapter.limits;
  const device = await adapter.requestDevice({
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupStorageSize },
  });
  instances.set(device, gpu);
  const { vendor, architecture, device: name, description } = adapter.info;
  return {
    adapter: { vendor, architecture, device: name, description },
    limits: {
      bufferBytes: Math.min(maxBufferSize, maxStorageBufferBindingSize),
      workgroupBytes: maxComputeWorkgroupStorageSize,
    },
    gpu: device,
    lost: device.lost.then(({ message }) => lostDevice(message)),
    close() {
      device.destroy();
      instances.delete(device);
    },
  };
}

export function lostDevice(reason: string): WebgpuDeviceLostError {
  return new WebgpuDeviceLostError(`the WebGPU device was lost: ${reason || 'no reason given'}`);
}

const NO_ADAPTER =
  'no GPU was found: no Vulkan driver answered. On Linux, WebGPU needs the Vulkan loader ' +
  '(libvulkan1) and a driver: that of NVIDIA, or mesa-vulkan-drivers for other cards and for ' +
  'rendering in software; VK_ICD_FILENAMES names the file of a driver that the loader does not find';

async function nameOf(spec: number | string): Promise<string> {
  const adapters = await webgpuAdapters();
  if (adapters.length === 0) throw new WebgpuUnavailableError(NO_ADAPTER);
  const found =
    typeof spec === 'number' ? adapters[spec] : adapters.find(({ name }) => name.includes(spec));
  const listed = adapters.map(({ name, backend }, i) => `${i}: ${name} (${backend})`).join(', ');
  if (!found) throw new WebgpuAdapterError(`there is no adapter ${spec}; there are ${listed}`);
  if (typeof spec === 'number' && adapters.findIndex(({ name }) => name === found.name) < spec) {
    throw new WebgpuAdapterError(
      `adapter ${spec} has the same name as one before it, and Dawn tells adapters apart by their ` +
        `names only; let this process see that one GPU alone. There are ${listed}`,
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
