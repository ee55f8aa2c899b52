import { activations, type Activation } from '@resdiff/networks';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluate, testDevice } from '../../test/webgpu.ts';
import { activationFunctions } from './shaders/activations.ts';
import { elementary } from './shaders/elementary.ts';
import { parameters } from './shaders/parameters.ts';
import { philox } from './shaders/philox.ts';

const device = await testDevice();

const LANES = 64;

/** phi(h) and phi'(h) of f32 numbers. */
async function applied(activation: Activation, h: readonly number[]) {
  const library = `${parameters}${philox}${elementary}${activationFunctions(activation)}`;
  const body = `
    let h = initial[${LANES}u * row + lane];
    let value = phi(h);
    output[out + lane] = bitcast<u32>(value);
    output[out + ${LANES}u + lane] = bitcast<u32>(slopeOf(h, value));`;
  const rows = Math.ceil(h.length / LANES);
  const input = [...h, ...new Array<number>(rows * LANES - h.length).fill(0)];
  const spec = { library, body, input, words: 2 * LANES, rows, threads: LANES };
  const found = await evaluate(device!, spec);
  const part = (first: number) =>
    found
      .flatMap((words) => [...new Float32Array(words.slice(first, first + LANES).buffer)])
      .slice(0, h.length);
  return { phi: part(0), slope: part(LANES) };
}

const grid = (reach: number, count = 20_000) =>
  Array.from({ length: count }, (_, i) => Math.fround(((2 * i) / (count - 1) - 1) * reach));
/** Powers of ten of both signs, down to where f32 has full precision. */
const decades = Array.from({ length: 130 }, (_, i) =>
  Math.fround((i % 2 ? -1 : 1) * 10 ** (i / 4 - 35)),
);

/** Beside the larger of phi(h) and phi(-h): swish and gelu are small on the left. */
function largestError({ phi }: Activation, h: readonly number[], found: readonly number[]): number {
  return h.reduce((largest, x, i) => {
    const scale = Math.max(Math.abs(phi(x)), Math.abs(phi(-x)));
    const error = scale === 0 ? Math.abs(found[i]) : Math.abs(found[i] - phi(x)) / scale;
    return error <= largest ? largest : error;
  }, 0);
}

function largestDifference(
  h: readonly number[],
  found: readonly number[],
  exact: (x: number) => number,
): number {
  return h.reduce((largest, x, i) => {
    const difference = Math.abs(found[i] - exact(x));
    return difference <= largest ? largest : difference;
  }, 0);
}

interface Bounds {
  /** Largest errors of phi, relative, and of phi', where quotients are rounded to the nearest. */
  readonly phi: number;
  readonly slope: number;
  /** How often the error of a quotient is in these: phi' of swish has it times h too. */
  readonly quotients?: readonly [inPhi: number, inSlope: number];
}

const bounds: Readonly<Record<string, Bounds>> = {
  tanh: { phi: 2.5e-7, slope: 4e-7, quotients: [1, 2] },
  swish: { phi: 2.5e-7, slope: 1.5e-6, quotients: [1, 21] },
  relu: { phi: 0, slope: 0 },
  identity: { phi: 0, slope: 0 },
  erf: { phi: 2.5e-7, slope: 2.5e-7 },
  sin: { phi: 2.5e-7, slope: 2.5e-7 },
  gelu: { phi: 2.5e-7, slope: 2.5e-7 },
  'softplus-shifted': { phi: 2.5e-7, slope: 2e-7, quotients: [1, 1] },
  'sigmoid-centred': { phi: 2.5e-7, slope: 1.5e-7, quotients: [1, 1] },
};

/** What WGSL asks of a quotient: 2.5 units in the last place. */
const FARTHEST_QUOTIENT = 2.5 * 2 ** -23;

/** How much farther off than half a unit in the last place quotients of this device are, relative. */
async function quotientError(): Promise<number> {
  const numbers = Array.from({ length: 128 * LANES }, (_, i) => Math.fround(1 + ((i * 0.618) % 1)));
  const body = `
    let at = 2u * (${LANES}u * row + lane);
    output[out + lane] = bitcast<u32>(initial[at] / initial[at + 1u]);`;
  const rows = numbers.length / (2 * LANES);
  const spec = { library: parameters, body, input: numbers, words: LANES, rows, threads: LANES };
  const found = (await evaluate(device!, spec)).flatMap((words) => [
    ...new Float32Array(words.slice().buffer),
  ]);
  const errors = found.map((q, i) => Math.abs((q * numbers[2 * i + 1]) / numbers[2 * i] - 1));
  return Math.max(0, Math.max(...errors) - 2 ** -24);
}

describe.skipIf(!device)('the activations in WGSL', () => {
  let farther: number;
  beforeAll(async () => {
    farther = await quotientError();
  });

  it('have quotients as WGSL asks', () => {
    expect(farther).toBeLessThan(FARTHEST_QUOTIENT);
  });

  it.each(activations)('$name: a few units in the last place of f32', async (activation) => {
    const { phi: ofPhi, slope: ofSlope, quotients = [0, 0] } = bounds[activation.name];
    const near = [...grid(0.8), ...decades];
    // Near its zeros a sine has no relative accuracy: it has a test of its own.
    const wide = activation.name === 'sin' ? grid(1.5) : [...grid(6), ...grid(20)];
    const h = [...near, ...wide];
    const { phi, slope } = await applied(activation, h);
    expect(largestError(activation, h, phi)).toBeLessThanOrEqual(ofPhi + quotients[0] * farther);
    expect(largestDifference(h, slope, activation.dphi)).toBeLessThanOrEqual(
      ofSlope + quotients[1] * farther,
    );
  });

  it('sin of any argument is right', async () => {
    const sin = activations.find(({ name }) => name === 'sin')!;
    const far = Array.from({ length: 8000 }, (_, i) =>
      Math.fround(1.011 ** i * (i % 2 ? -1 : 1)),
    ).filter((h) => Number.isFinite(h));
    const h = [...far, ...grid(100), ...grid(8300), 8192, 3.4028234663852886e38];
    const { phi, slope } = await applied(sin, h);
    expect(largestDifference(h, phi, Math.sin)).toBeLessThan(2.5e-7);
    expect(largestDifference(h, slope, Math.cos)).toBeLessThan(2.5e-7);
  });

  it.each(activations.filter(({ bounded, name }) => bounded && name !== 'sin'))(
    '$name is at its limits far out',
    async (activation) => {
      const far = [100, 1e30, 3.4e38, -100, -1e30, -3.4e38];
      const limit = activation.phi(100);
      const { phi } = await applied(activation, far);
      far.forEach((h, i) => {
        expect(Math.abs(phi[i] / (Math.sign(h) * limit) - 1)).toBeLessThanOrEqual(farther);
      });
    },
  );
});

it('refuses an activation without a version in WGSL', () => {
  expect(() => activationFunctions({ name: 'mish' })).toThrow(/no activation mish; it has .*tanh/);
});
