import { expect, it } from 'vitest';
import { checkEngines } from './check-engines.ts';

it('says of every engine either its version, or why it cannot compute and what to do', async () => {
  const checks = await checkEngines();
  expect(checks.map(({ name }) => name)).toEqual(['onnx', 'tfjs', 'tfjs-cpu']);
  for (const { name, version, fault, remedy } of checks) {
    if (version === undefined) {
      expect(fault).not.toBe('');
      expect(remedy).toMatch(/npm install|CUDA_VISIBLE_DEVICES|driver/);
    } else {
      expect(version).toMatch(name === 'onnx' ? /^onnxruntime \d/ : /tfjs\S* \d/);
      expect(fault).toBeUndefined();
    }
  }
});
