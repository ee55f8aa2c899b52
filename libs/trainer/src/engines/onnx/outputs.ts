import type { Model } from '../../model.ts';
import { isLarge, partRows } from './memory.ts';
import { outputsProgram } from './outputs-program.ts';
import type { Optimizer } from '../../optimizer.ts';
import type { Store, VariablesByName } from './store.ts';

/** The network as a function of images, count x inputs; the outputs are count x outputs. */
export type Outputs = (images: Float32Array) => Promise<Float32Array>;

export async function openOutputs(
  store: Store,
  { model, optimizer }: { readonly model: Model; readonly optimizer: Optimizer },
  parameters: VariablesByName,
): Promise<Outputs> {
  const { Tensor } = store.runtime;
  const { network } = model;
  const frugal = isLarge(model, optimizer);
  const program = await store.open(outputsProgram(model), { frugal });
  const most = partRows(network);
  return async (images) => {
    const count = images.length / network.inputs;
    const outputs = new Float32Array(count * network.outputs);
    for (let start = 0; start < count; start += most) {
      const rows = Math.min(most, count - start);
      const part = (all: Float32Array, columns: number) => {
        const numbers = all.subarray(start * columns, (start + rows) * columns);
        return new Tensor('float32', numbers, [rows, columns]);
      };
      await program.run(
        { ...parameters, images: part(images, network.inputs) },
        { outputs: part(outputs, network.outputs) },
      );
    }
    return outputs;
  };
}
