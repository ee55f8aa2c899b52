import { engineSuite } from '../../test/engine-suite.ts';
import { onnxEngine } from './onnx.ts';

engineSuite('onnx', () => onnxEngine(), {
  losses: 5e-6,
  outputs: 5e-6,
  parameters: 5e-6,
  gradients: 2e-5,
});
