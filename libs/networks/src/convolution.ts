import type { IidParameterLaw, ResidualNetwork } from './residual.ts';

/** Whether the variance of weights is that of [PF22] (20), or divided by the sites of a patch. */
export const patchScalings = ['none', 'fan-in'] as const;
export type PatchScaling = (typeof patchScalings)[number];

/**
 * Convolutions of images of rows x columns sites by patches of kernel x kernel sites, in steps of one
 * site, with zeros around the image: images keep their size ([PF22], section 3.2).
 */
export interface Convolution {
  readonly rows: number;
  readonly columns: number;
  /** Odd. */
  readonly kernel: number;
  readonly patchScaling: PatchScaling;
}

/**
 * The convolutional residual network x_{p,t+dt} = x_{p,t} + phi(W_t psi(x_{*p,t}) + b_t), where p is a
 * site, x_p its D channels and x_{*p} the patch about it ([PF22], section 3.2), with independent
 * parameters: weights N(0, sigmaW^2 dt / D), divided by kernel^2 with the scaling `fan-in`, biases
 * N(0, sigmaB^2 dt). `width` is D.
 */
export interface ConvolutionalNetwork extends ResidualNetwork {
  readonly convolution: Convolution;
}

/** How many sites an image has. Sites are numbered by rows. */
export function siteCount({ rows, columns }: Pick<Convolution, 'rows' | 'columns'>): number {
  return rows * columns;
}

/**
 * The sites of the patch about every site of images that are numbered one after another, sites x
 * kernel^2 row-major, a patch by rows; -1 for what is outside of the image.
 *
 * @throws {RangeError} if a size is not a positive integer or the kernel is even.
 */
export function patchSites(convolution: Omit<Convolution, 'patchScaling'>, images = 1): Int32Array {
  requireConvolution(convolution);
  const { rows, columns, kernel } = convolution;
  const reach = (kernel - 1) / 2;
  const sites = new Int32Array(images * rows * columns * kernel ** 2);
  let at = 0;
  for (let image = 0; image < images; image++) {
    const first = image * rows * columns;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        for (let u = row - reach; u <= row + reach; u++) {
          for (let v = column - reach; v <= column + reach; v++) {
            const inside = u >= 0 && u < rows && v >= 0 && v < columns;
            sites[at++] = inside ? first + u * columns + v : -1;
          }
        }
      }
    }
  }
  return sites;
}

/** @throws {RangeError} if a size is not a positive integer or the kernel is even. */
export function requireConvolution({
  rows,
  columns,
  kernel,
}: Omit<Convolution, 'patchScaling'>): void {
  for (const [name, value] of Object.entries({ rows, columns, kernel })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`${name} is ${value}; it must be a positive integer.`);
    }
  }
  if (kernel % 2 === 0) throw new RangeError(`kernel is ${kernel}; it must be odd.`);
}

/**
 * The scales of a fully connected layer that takes a patch as its input: with `fan-in`, sigmaW / kernel
 * in the place of sigmaW.
 */
export function patchLaw(
  { sigmaW, sigmaB }: IidParameterLaw,
  { kernel, patchScaling }: Convolution,
): IidParameterLaw {
  return { sigmaW: patchScaling === 'fan-in' ? sigmaW / kernel : sigmaW, sigmaB };
}
