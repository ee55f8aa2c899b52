import { expect, it } from 'vitest';
import { checkKernel } from './check-kernel.ts';
import { kernelVersion } from './kernel-module.ts';

it('finds that the kernel runs here, with the right random words', () => {
  expect(checkKernel()).toBeUndefined();
  expect(kernelVersion()).toMatch(/^[0-9a-f]{12}$/);
});
