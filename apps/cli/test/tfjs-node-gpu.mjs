/** Stands in for @tensorflow/tfjs-node-gpu: its backend, on the processor. */
import * as tf from '@tensorflow/tfjs';

tf.registerBackend('tensorflow', () =>
  Object.assign(new tf.MathBackendCPU(), {
    isUsingGpuDevice: /^\d+$/.test(process.env.CUDA_VISIBLE_DEVICES ?? '0'),
  }),
);
tf.copyRegisteredKernels('cpu', 'tensorflow');
export default tf;
