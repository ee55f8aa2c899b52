import type * as onnxruntime from 'onnxruntime-node';

/** Bytes that went from JavaScript to ONNX Runtime, and came back. */
export interface Crossings {
  to: number;
  from: number;
}

/** Imports packages; of ONNX Runtime, one that counts what crosses in the runs of its sessions. */
export function countingImport(crossings: Crossings): (name: string) => Promise<unknown> {
  return async (name) => {
    const imported = (await import(name)) as typeof onnxruntime;
    if (name !== 'onnxruntime-node') return imported;
    const create = async (
      model: Uint8Array,
      options: onnxruntime.InferenceSession.SessionOptions,
    ) => counting(await imported.InferenceSession.create(model, options), crossings);
    const { Tensor, env, listSupportedBackends } = imported;
    return { Tensor, env, listSupportedBackends, InferenceSession: { create } };
  };
}

type Tensors = Readonly<Record<string, onnxruntime.Tensor>>;

function counting(session: onnxruntime.InferenceSession, crossings: Crossings) {
  return {
    async run(feeds: Tensors, fetches?: Tensors) {
      crossings.to += bytes(feeds);
      const results = await (fetches ? session.run(feeds, fetches) : session.run(feeds));
      crossings.from += bytes(results);
      return results;
    },
    release: () => session.release(),
  };
}

function bytes(tensors: Tensors): number {
  const here = Object.values(tensors).filter(({ location }) => location === 'cpu');
  return here.reduce((sum, { data }) => sum + (data as Float32Array).byteLength, 0);
}
