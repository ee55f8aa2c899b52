import type { WebgpuDevice } from './device.ts';
import { patiently } from './patience.ts';

/** What is compiled for a device: drivers take up to seconds, and kernels of equal code are common. */
interface Compiled {
  readonly layout: GPUBindGroupLayout;
  readonly pipelineLayout: GPUPipelineLayout;
  /** By code and entry. */
  readonly pipelines: Map<string, Promise<GPUComputePipeline>>;
}

const devices = new WeakMap<GPUDevice, Compiled>();

const COMPUTE_STAGE = 4;

/** The bindings of all kernels: `parameters`, `initial`, `states`, `output`, `constants`. */
export function bindingsLayout({ gpu }: WebgpuDevice): GPUBindGroupLayout {
  return compiledFor(gpu).layout;
}

/** The pipeline of a compute stage, compiled unless the device has it. */
export function pipeline(
  { gpu }: WebgpuDevice,
  code: string,
  entry: string,
): Promise<GPUComputePipeline> {
  const { pipelineLayout, pipelines } = compiledFor(gpu);
  const key = `${entry}\n${code}`;
  let found = pipelines.get(key);
  if (!found) {
    const compute = { module: gpu.createShaderModule({ code }), entryPoint: entry };
    found = patiently(gpu.createComputePipelineAsync({ layout: pipelineLayout, compute }));
    pipelines.set(key, found);
  }
  return found;
}

function compiledFor(gpu: GPUDevice): Compiled {
  let found = devices.get(gpu);
  if (!found) {
    const types = ['uniform', 'read-only-storage', 'storage', 'storage', 'uniform'] as const;
    const layout = gpu.createBindGroupLayout({
      entries: types.map((type, binding) => ({
        binding,
        visibility: COMPUTE_STAGE,
        buffer: { type },
      })),
    });
    const pipelineLayout = gpu.createPipelineLayout({ bindGroupLayouts: [layout] });
    found = { layout, pipelineLayout, pipelines: new Map() };
    devices.set(gpu, found);
  }
  return found;
}
