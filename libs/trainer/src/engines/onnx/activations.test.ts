import { activations } from '@resdiff/networks';
import * as onnxruntime from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { onnxActivation } from './activations.ts';
import { Graph } from './graph.ts';

const grid = Float32Array.from([
  ...Array.from({ length: 241 }, (_, i) => -6 + i * 0.05 + 0.013),
  ...[-80, -20, -1e-3, 1e-3, 20, 80],
]);

// Errors of f32 and of ONNX Runtime's rational approximations, which are good to some 1e-7.
it.each(activations.map((activation) => [activation.name, activation] as const))(
  '%s and its derivative are those of f64',
  async (_, activation) => {
    const g = new Graph();
    const z = g.apply('Identity', g.input('z', [grid.length]));
    const { h, slope } = onnxActivation(activation)(g, z);
    g.output('derivative', slope?.() ?? g.divide(z, z), [grid.length]);
    g.output('value', g.add(h, g.scalar(0)), [grid.length]);
    const session = await onnxruntime.InferenceSession.create(g.encode());
    const results = await session.run({
      z: new onnxruntime.Tensor('float32', grid, [grid.length]),
    });
    await session.release();
    grid.forEach((x, i) => {
      const value = (results.value.data as Float32Array)[i];
      const derivative = (results.derivative.data as Float32Array)[i];
      expect(Math.abs(value - activation.phi(x))).toBeLessThan(1e-6 * Math.max(1, Math.abs(x)));
      expect(Math.abs(derivative - activation.dphi(x))).toBeLessThan(1e-6);
    });
  },
);
