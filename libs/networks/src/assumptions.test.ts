import { expect, test } from 'vitest';
import { activations, findActivation, type Activation } from './activations/index.ts';
import { diffusionAssumptions } from './assumptions.ts';

const named = (name: string) => findActivation(name)!;
const holds = (phi: Activation, psi?: Activation) =>
  diffusionAssumptions(phi, psi).map((report) => report.holds);

test.each([
  ['tanh', 'identity', [true, true, true]],
  ['tanh', 'tanh', [true, true, true]],
  ['tanh', 'relu', [true, true, true]],
  ['identity', 'relu', [true, true, true]],
  ['swish', 'identity', [true, true, false]],
  ['swish', 'tanh', [true, true, true]],
  ['swish', 'relu', [true, true, false]],
  ['gelu', 'sin', [true, true, true]],
  ['relu', 'identity', [false, false, false]],
  ['relu', 'tanh', [false, false, false]],
])('phi = %s, psi = %s', (phi, psi, expected) => {
  expect(holds(named(phi), named(psi))).toEqual(expected);
});

test('psi is the identity if it is not given', () => {
  for (const phi of activations) expect(holds(phi)).toEqual(holds(phi, named('identity')));
});

test('the growth of psi decides, not its flags', () => {
  const grown = (name: string, psi: (x: number) => number): Activation => ({
    ...named('tanh'),
    name,
    phi: psi,
    bounded: true,
  });
  const root = grown('root', (x) => Math.sign(x) * (Math.sqrt(1 + Math.abs(x)) - 1));
  const cube = grown('cube', (x) => x ** 3);
  expect(holds(named('swish'), root)[2]).toBe(true);
  expect(holds(named('tanh'), cube)[2]).toBe(false);
  expect(diffusionAssumptions(named('tanh'), cube)[2].reason).toContain('faster than linearly');
});

test('a psi with a vertical tangent has no Lipschitz coefficients', () => {
  const cusp = { ...named('relu'), name: 'cusp', phi: (x: number) => Math.sqrt(Math.abs(x)) };
  expect(holds(named('tanh'), cusp)).toEqual([true, false, true]);
});

test('the reasons name what is and what would be right', () => {
  const reasons = diffusionAssumptions(named('swish')).map(({ reason }) => reason);
  expect(reasons[0]).toContain("phi''(0) = 0.5");
  expect(reasons[2]).toContain('psi must grow at most like a square root');
  expect(diffusionAssumptions(named('relu'))[0].reason).toContain('0.39894/sqrt(dt)');
  expect(diffusionAssumptions(named('tanh'))[2].reason).toContain('Remark 3.3');
});
