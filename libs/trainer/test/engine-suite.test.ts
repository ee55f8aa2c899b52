import { engineSuite } from './engine-suite.ts';
import { referenceEngine } from './reference.ts';

engineSuite('reference, rounded to f32', () => Promise.resolve(referenceEngine(Math.fround)), {
  losses: 1e-6,
  outputs: 1e-6,
  parameters: 1e-6,
  gradients: 1e-5,
});
