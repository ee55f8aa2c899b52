import type { Model } from '../../model.ts';
import { partRows } from './memory.ts';
import { outputsProgram } from './outputs-program.ts';
import { openModel, type ModelOptions, type Runtime } from './runtime.ts';
import type { TensorsByName } from './state-tensors.ts';

/** The network as a function. */
export interface Outputs {
  /** @param images count x inputs; the outputs are count x outputs. */
  of(images: Float32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

export async function openOutputs(
  runtime: Runtime,
  options: ModelOptions,
  model: Model,
  parameters: TensorsByName,
): Promise<Outputs> {
  const { Tensor } = runtime;
  const { network } = model;
  const session = await openModel(runtime, outputsProgram(model), options);
  const most = partRows(network);
  return {
    async of(images) {
      const count = images.length / network.inputs;
      const outputs = new Float32Array(count * network.outputs);
      for (let start = 0; start < count; start += most) {
        const rows = Math.min(most, count - start);
        const part = (all: Float32Array, columns: number) => {
          const numbers = all.subarray(start * columns, (start + rows) * columns);
          return new Tensor('float32', numbers, [rows, columns]);
        };
        await session.run(
          { ...parameters, images: part(images, network.inputs) },
          { outputs: part(outputs, network.outputs) },
        );
      }
      return outputs;
    },
    close: () => session.release(),
  };
}
