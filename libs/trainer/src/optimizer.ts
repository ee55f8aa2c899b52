/** Plain gradient steps theta -= rate * gradient: GD with all images in a step, SGD with some. */
export interface GradientDescent {
  readonly kind: 'gradient-descent';
}

/** Adam with bias correction (Kingma & Ba, 2015, Algorithm 1), with respect to the same parameters. */
export interface Adam {
  readonly kind: 'adam';
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

export type Optimizer = GradientDescent | Adam;

/** The constants of the paper: beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8. */
export function adam(constants: Partial<Omit<Adam, 'kind'>> = {}): Adam {
  return { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, ...constants };
}
