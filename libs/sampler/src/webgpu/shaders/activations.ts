import type { Activation } from '@resdiff/networks';

/**
 * phi(h) and, given h and phi = phi(h), phi'(h), in f32 over the whole of f32, as the bodies of WGSL
 * functions: the formulas of the kernel for the CPU.
 */
interface Formulas {
  readonly phi: string;
  readonly slope: string;
}

const formulas: Readonly<Record<string, Formulas>> = {
  identity: { phi: 'return h;', slope: 'return 1f;' },
  relu: { phi: 'return max(h, 0f);', slope: 'return select(0f, 1f, h > 0f);' },
  tanh: {
    phi: `
  let e = expm1(2f * clamp(h, -10f, 10f));
  return e / (e + 2f);`,
    slope: 'return 1f - phi * phi;',
  },
  swish: {
    phi: 'return h / (expm1(-clamp(h, -80f, 80f)) + 2f);',
    slope: `
  let s = sigmoid(h);
  return phi * (1f - s) + s;`,
  },
  'sigmoid-centred': {
    phi: `
  let e = expm1(clamp(h, -80f, 80f));
  return 0.5f * (e / (e + 2f));`,
    slope: 'return 0.25f - phi * phi;',
  },
  erf: {
    phi: 'return errorFunction(h);',
    slope: 'return 1.1283791670955126f * decay(min(h * h, 80f));',
  },
  sin: {
    phi: 'return sine(h);',
    slope: 'return cosine(h);',
  },
  gelu: {
    phi: 'return 0.5f * h * (errorFunction(h * 0.7071067811865476f) + 1f);',
    slope: `
  let y = clamp(h, -20f, 20f) * 0.7071067811865476f;
  return 0.5f + 0.5f * errorFunction(y) + clamp(h, -20f, 20f) * 0.3989422804014327f * decay(y * y);`,
  },
  // max(h, 0) + log(1 + exp(-|h|)) - log 2, and a minimax fit where that would cancel.
  'softplus-shifted': {
    phi: `
  let far = max(h, 0f) + (log1p(decay(abs(h))) - 0.6931471805599453f);
  let s = min(h * h, 1f);
  let near = h * 0.5f + s * (s * (s * (s * -2.38134508998e-5f + 0.00034616485224f)
    - 0.00520816724799f) + 0.124999992831f);
  return select(far, near, abs(h) < 0.75f);`,
    slope: 'return sigmoid(h);',
  },
};

/**
 * The WGSL functions `phi` and `slopeOf` of an activation.
 *
 * @throws RangeError when the activation is none of those that have a name.
 */
export function activationFunctions({ name }: Pick<Activation, 'name'>): string {
  if (!Object.hasOwn(formulas, name)) {
    const known = Object.keys(formulas).join(', ');
    throw new RangeError(`WebGPU has no activation ${name}; it has ${known}`);
  }
  const { phi, slope } = formulas[name];
  return /* wgsl */ `
fn phi(h: f32) -> f32 {
  ${phi.trim()}
}

fn slopeOf(h: f32, phi: f32) -> f32 {
  ${slope.trim()}
}
`;
}
