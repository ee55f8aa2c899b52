import type { WebgpuDevice } from '@resdiff/sampler';

/** A kernel in WGSL with one entry point, `main`, and what it works on. */
export interface Kernel {
  /** Binding 0 of group 0 is a uniform of 32 bytes. */
  readonly code: string;
  /** Bytes of the storage buffers that it uses, by their bindings in group 0. */
  readonly buffers: Readonly<Record<number, number>>;
  readonly workgroups: number;
}

export interface Compute {
  /** Wall seconds of so many dispatches one after another, from an idle device to an idle one. */
  seconds(uniform: Uint32Array<ArrayBuffer>, dispatches: number): Promise<number>;
  /** The first numbers of a buffer. */
  read(binding: number, count: number): Promise<Float32Array>;
  close(): void;
}

// As in the specification: what names them in browsers is no global here.
const usage = { mapRead: 1, copySource: 4, copyTarget: 8, uniform: 64, storage: 128 };
const MAP_READ = 1;
const UNIFORM_BYTES = 32;

export async function openCompute({ gpu }: WebgpuDevice, kernel: Kernel): Promise<Compute> {
  const { code, workgroups } = kernel;
  const pipeline = await gpu.createComputePipelineAsync({
    layout: 'auto',
    compute: { module: gpu.createShaderModule({ code }), entryPoint: 'main' },
  });
  const buffer = (size: number, use: number) => gpu.createBuffer({ size, usage: use });
  const uniform = buffer(UNIFORM_BYTES, usage.uniform | usage.copyTarget);
  const storage = new Map(
    Object.entries(kernel.buffers).map(([binding, bytes]) => [
      Number(binding),
      buffer(bytes, usage.storage | usage.copySource),
    ]),
  );
  const bindings = gpu.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [[0, uniform] as const, ...storage].map(([binding, bound]) => ({
      binding,
      resource: { buffer: bound },
    })),
  });
  return {
    async seconds(words, dispatches) {
      gpu.queue.writeBuffer(uniform, 0, words);
      const encoder = gpu.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindings);
      for (let i = 0; i < dispatches; i++) pass.dispatchWorkgroups(workgroups);
      pass.end();
      const commands = encoder.finish();
      await gpu.queue.onSubmittedWorkDone();
      const start = performance.now();
      gpu.queue.submit([commands]);
      await gpu.queue.onSubmittedWorkDone();
      return (performance.now() - start) / 1000;
    },
    async read(binding, count) {
      const bytes = 4 * count;
      const staging = buffer(bytes, usage.mapRead | usage.copyTarget);
      const encoder = gpu.createCommandEncoder();
      encoder.copyBufferToBuffer(storage.get(binding)!, 0, staging, 0, bytes);
      gpu.queue.submit([encoder.finish()]);
      await staging.mapAsync(MAP_READ);
      const numbers = new Float32Array(staging.getMappedRange().slice(0));
      staging.destroy();
      return numbers;
    },
    close() {
      for (const each of [uniform, ...storage.values()]) each.destroy();
    },
  };
}
