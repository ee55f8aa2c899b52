import { EngineUnavailableError } from '../unavailable.ts';

/** Where ONNX Runtime computes. */
export interface OnnxDevice {
  readonly kind: 'cpu' | 'webgpu' | 'cuda';
  /** Which of its kind, from 0 on. */
  readonly index: number;
}

/**
 * Reads the name of a device: `cpu`, `webgpu`, `webgpu:0`, `cuda`, `cuda:1`. Without an index, it is
 * the first of its kind.
 *
 * @throws {RangeError} if the name is none of these.
 * @throws {EngineUnavailableError} if ONNX Runtime cannot be told to compute there.
 */
export function onnxDevice(name: string): OnnxDevice {
  if (name === 'cpu') return { kind: 'cpu', index: 0 };
  const [, kind, index = '0'] = /^(webgpu|cuda)(?::(0|[1-9]\d{0,3}))?$/.exec(name) ?? [];
  if (kind === undefined) {
    throw new RangeError(
      `a device of the engine onnx is cpu, webgpu, cuda or cuda:<index>, not ${name}`,
    );
  }
  const device = { kind: kind as 'webgpu' | 'cuda', index: Number(index) };
  if (device.kind === 'webgpu' && device.index > 0) {
    throw new EngineUnavailableError(
      `ONNX Runtime computes on one WebGPU adapter of a process, webgpu:0, not on ${name}.`,
      'Start a process of its own whose first adapter is that one (of Vulkan: VK_DRIVER_FILES, or ' +
        'VK_LOADER_DEVICE_SELECT=<vendor>:<device>), and take webgpu:0 there. Cards of NVIDIA can be ' +
        'told apart as cuda:<index>.',
    );
  }
  return device;
}

/** The name by which manifests know a device: `cpu`, `webgpu:0`, `cuda:1`. */
export function deviceName({ kind, index }: OnnxDevice): string {
  return kind === 'cpu' ? kind : `${kind}:${index}`;
}
