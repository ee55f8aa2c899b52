import type { Role } from './known.ts';

/** Where the files of a data set are. */
export interface FilesLocation {
  readonly kind: 'files';
  /** The name of a known data set, or the absolute path of the folder of any other. */
  readonly name: string;
  readonly folder: string;
  /** Training images and labels, test images and labels. */
  readonly files: readonly { readonly role: Role; readonly path: string }[];
}

/** Digits that are drawn, not read: see `syntheticDigits`. */
export interface SyntheticLocation {
  readonly kind: 'synthetic';
  readonly name: 'synthetic';
  readonly seed: number;
  /** How many training images. */
  readonly train: number;
  /** How many test images. */
  readonly test: number;
}

/** Where a data set comes from: plain data, which can be handed to a worker and loaded there. */
export type DatasetLocation = FilesLocation | SyntheticLocation;
