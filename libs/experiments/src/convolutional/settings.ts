import { diffusionLimit, findActivation, patchScalings } from '@resdiff/networks';
import { z } from 'zod';
import {
  activation,
  areSized,
  asList,
  describedKeys,
  notNegative,
  oneOf,
  positive,
  seed,
  sizedMembers,
  someOf,
  wholeNumber,
  wholeNumbers,
} from '../settings.ts';

/** What is drawn, in the order of the table. */
export const processes = ['resnet', 'sde'] as const;
export type Process = (typeof processes)[number];

/** Sites of all images: the mean field has the products of any two. */
const MOST_SITES = 256;
const MOST_IMAGES = 4;

const imagesError = `must be 1 to ${MOST_IMAGES} images, each a number, which all its sites have, or its rows, such as [[0, 1], [1, 0]]`;
const number = z.number({ error: imagesError }).transform((value) => value + 0);

const shape = {
  activation: activation().default('tanh').describe('the activation phi'),
  processes: someOf(processes)
    .default([...processes])
    .describe('any of resnet (the recursion) and sde (the Euler scheme of its limit)'),
  images: z
    .preprocess(
      asList,
      z
        .array(z.union([number, z.array(z.array(number))], { error: imagesError }), {
          error: imagesError,
        })
        .min(1, { error: imagesError })
        .max(MOST_IMAGES, { error: imagesError })
        .refine((images) => areSized(images.flat(2)), sizedMembers),
    )
    .default([1])
    .describe(
      'the images, of one channel that is copied into all; a number stands for an image of that number',
    ),
  rows: wholeNumber(1, MOST_SITES).default(8).describe('rows of an image'),
  columns: wholeNumber(1, MOST_SITES).default(8).describe('columns of an image'),
  kernel: z
    .int({ error: 'must be an odd number from 1 to 31' })
    .refine((value) => value >= 1 && value <= 31 && value % 2 === 1, {
      error: 'must be an odd number from 1 to 31',
    })
    .default(3)
    .describe('K: a patch has K x K sites, with zeros outside of the image'),
  patchScaling: oneOf([...patchScalings])
    .default('fan-in')
    .describe(
      'the variance of weights: that of the paper (none), or divided by K^2 as well (fan-in)',
    ),
  size: wholeNumbers(1, 10_000)
    .default([25, 50, 100])
    .describe('one or more D = L: the channels and the depth'),
  T: positive().default(1).describe('the time that the depth stands for; a layer is T / L'),
  sigmaW: notNegative().default(1).describe('sigma_w, a standard deviation'),
  sigmaB: notNegative().default(1).describe('sigma_b, a standard deviation'),
  draws: wholeNumber(1, 1_000_000).default(500).describe('draws of each process and size'),
  seed: seed().default('1').describe('the 64-bit seed of the run'),
};

export const convolutionalSettings = z.strictObject(shape).superRefine((settings, context) => {
  const refuse = (key: keyof typeof shape, message: string) =>
    context.addIssue({ code: 'custom', path: [key], message });
  const { rows, columns, images, processes } = settings;
  const most = Math.floor(MOST_SITES / (rows * images.length));
  if (columns > most) {
    refuse(
      'columns',
      most === 0
        ? `must be fewer, as must be the rows or the images: they may have ${MOST_SITES} sites in all`
        : `must be at most ${most} with ${rows} rows and ${images.length} images, which may have ${MOST_SITES} sites in all`,
    );
  }
  images.forEach((image, index) => {
    if (typeof image === 'number') return;
    if (image.length === rows && image.every((row) => row.length === columns)) return;
    const widths = [...new Set(image.map((row) => row.length))].join(' or ');
    refuse(
      'images',
      `must have ${rows} rows of ${columns} numbers, as rows and columns say; number ${index} is ${image.length} x ${widths || 0}`,
    );
  });
  const limit = diffusionLimit(findActivation(settings.activation)!);
  if (processes.includes('sde') && !limit.exists) {
    refuse(
      'processes',
      `must be resnet alone, as there is no limit: ${limit.reason.replace(/\.$/, '')}`,
    );
  }
});

export type ConvolutionalSettings = z.output<typeof convolutionalSettings>;
export const convolutionalKeys = describedKeys(shape);

/** The inputs z at all sites, one image after another, an image by rows. */
export function inputsOf({ images, rows, columns }: ConvolutionalSettings): number[] {
  return images.flatMap((image) =>
    typeof image === 'number' ? Array<number>(rows * columns).fill(image) : image.flat(),
  );
}

/** The site in the middle of an image, that of the lower right where there are several. */
export function centreOf({ rows, columns }: Pick<ConvolutionalSettings, 'rows' | 'columns'>) {
  return Math.floor(rows / 2) * columns + Math.floor(columns / 2);
}

/** The network of a size. */
export function networkOf(settings: ConvolutionalSettings, size: number) {
  const { T, sigmaW, sigmaB, rows, columns, kernel, patchScaling } = settings;
  return {
    ...{ width: size, depth: size, T, sigmaW, sigmaB },
    activation: findActivation(settings.activation)!,
    convolution: { rows, columns, kernel, patchScaling },
  };
}

/** One process and size: what is drawn `draws` times. */
export interface Case {
  readonly process: Process;
  readonly size: number;
}

export function casesOf({ processes, size }: ConvolutionalSettings): Case[] {
  return size.flatMap((each) => processes.map((process) => ({ process, size: each })));
}
