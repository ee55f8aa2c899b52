import { describe, expect, test } from 'vitest';
import { gaussHermite, gaussLegendre, integrate, type QuadratureRule } from './gauss-quadrature.ts';

const apply = ({ nodes, weights }: QuadratureRule, f: (x: number) => number) =>
  nodes.reduce((sum, x, i) => sum + weights[i] * f(x), 0);

describe('gaussHermite', () => {
  test.each([1, 2, 3, 10, 60, 64, 101])('%i nodes: exact for the moments of N(0, 1)', (count) => {
    const rule = gaussHermite(count);
    let doubleFactorial = 1;
    for (let degree = 0; degree <= Math.min(2 * count - 1, 60); degree += 2) {
      if (degree > 0) doubleFactorial *= degree - 1;
      const moment = apply(rule, (x) => x ** degree);
      expect(Math.abs(moment / doubleFactorial - 1)).toBeLessThan(2e-13);
    }
    expect(Math.abs(apply(rule, (x) => x ** 3))).toBeLessThan(1e-13);
  });

  test('three nodes are those of the books', () => {
    const { nodes, weights } = gaussHermite(3);
    [-Math.sqrt(3), 0, Math.sqrt(3)].forEach((x, i) => expect(nodes[i]).toBeCloseTo(x, 15));
    [1 / 6, 2 / 3, 1 / 6].forEach((w, i) => expect(weights[i]).toBeCloseTo(w, 15));
  });

  test('integrates the moment generating function, and keeps increasing positive nodes', () => {
    const rule = gaussHermite(64);
    for (const s of [0.5, 1, 3]) {
      expect(
        Math.abs(apply(rule, (x) => Math.exp(s * x)) / Math.exp((s * s) / 2) - 1),
      ).toBeLessThan(1e-12);
    }
    for (let i = 1; i < 64; i++) expect(rule.nodes[i]).toBeGreaterThan(rule.nodes[i - 1]);
    for (const weight of rule.weights) expect(weight).toBeGreaterThan(0);
  });
});

describe('gaussLegendre', () => {
  test.each([1, 2, 5, 16, 40])('%i nodes: exact for polynomials of degree 2n - 1', (count) => {
    const rule = gaussLegendre(count);
    for (let degree = 0; degree < 2 * count; degree++) {
      const exact = degree % 2 === 0 ? 2 / (degree + 1) : 0;
      expect(apply(rule, (x) => x ** degree)).toBeCloseTo(exact, 13);
    }
  });
});

describe('integrate', () => {
  test.each<[string, (t: number) => number, number, number, number]>([
    ['exp', Math.exp, 0, 3, Math.expm1(3)],
    ['a pole nearby', (t) => 1 / (1.001 - t) ** 2, 0, 1, 1000 - 1 / 1.001],
    ['an oscillation', (t) => Math.sin(200 * t), 0, 1, (1 - Math.cos(200)) / 200],
    ['an empty interval', Math.exp, 2, 2, 0],
  ])('%s', (_, f, from, to, exact) => {
    const error = Math.abs(integrate(f, from, to) - exact);
    expect(error).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(exact)));
  });

  test('what is not a number anywhere is none', () => {
    expect(integrate(() => NaN, 0, 1)).toBeNaN();
  });
});
