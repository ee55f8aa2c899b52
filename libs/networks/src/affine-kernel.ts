/** The kernel k(z, z') = constant + slope <z, z'> of two inputs. */
export interface AffineKernel {
  readonly constant: number;
  readonly slope: number;
}
