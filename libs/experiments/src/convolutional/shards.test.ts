import { tanh } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import { convolutionalSampler } from '@resdiff/sampler';
import { validateBatch, type Batch } from '@resdiff/tables';
import { expect, it } from 'vitest';
import { computeInSessions } from '../../test/shard-session.ts';
import { convolutional } from '../convolutional.ts';
import { kernelModule } from '../kernel-module.ts';
import { casesOf, convolutionalSettings, type ConvolutionalSettings } from './settings.ts';
import type { ConvolutionalTask } from './shards.ts';
import { sitesTable } from './table.ts';

const settingsOf = (given: Record<string, unknown> = {}) =>
  convolutionalSettings.parse({
    ...{ rows: 2, columns: 3, size: [4, 7], draws: 5, sigmaB: 0.3 },
    images: [
      1,
      [
        [0, 1, 2],
        [-1, 0, 3],
      ],
    ],
    ...given,
  });

type Row = Readonly<Record<(typeof sitesTable)['columns'][number]['name'], number>>;

async function computed(settings: ConvolutionalSettings, task: ConvolutionalTask): Promise<Row[]> {
  const { rows } = await computeInSessions(
    async (context) => {
      const content = await convolutional.compute(settings, task, context);
      for (const batch of content.batches as Iterable<Batch>) validateBatch(sitesTable, batch);
      return content;
    },
    { versions: {} },
  );
  return rows as unknown as Row[];
}

async function all(settings: ConvolutionalSettings, shardSize: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { task, rows: planned } of convolutional
    .plan(settings, shardSize)
    .shards.toReversed()) {
    const own = await computed(settings, task as ConvolutionalTask);
    expect(own).toHaveLength(planned);
    rows.unshift(...own);
  }
  return rows;
}

it('has rows that do not depend on the size and the order of shards', async () => {
  const settings = settingsOf();
  const whole = await all(settings, 5);
  expect(whole).toHaveLength(2 * 2 * 5 * 12);
  expect(await all(settings, 2)).toEqual(whole);
  expect(await all(settingsOf({ seed: 2 }), 5)).not.toEqual(whole);
});

it('has the products of the states of the sampler, over the channels', async () => {
  const settings = settingsOf({ seed: 5 });
  const index = casesOf(settings).findIndex(
    ({ process, size }) => process === 'resnet' && size === 7,
  );
  const rows = await computed(settings, { case: index, first: 3, count: 1 });
  const z = [1, 1, 1, 1, 1, 1, 0, 1, 2, -1, 0, 3];
  const { states } = convolutionalSampler(kernelModule(), {
    network: {
      ...{ width: 7, depth: 7, T: 1, sigmaW: 1, sigmaB: 0.3, activation: tanh },
      convolution: { rows: 2, columns: 3, kernel: 3, patchScaling: 'fan-in' },
    },
    increment: 'recursion',
    initial: z.map((value) => new Float64Array(7).fill(value)),
    key: seedKey(5),
    stream: streams.resnet,
    keep: 7,
  }).draw(3);
  const x = z.map((_, site) => [...states.slice(7 * site, 7 * site + 7)]);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / 7;
  rows.forEach((row, site) => {
    // The middle of 2 x 3 sites is row 1, column 1.
    const centre = x[site < 6 ? 4 : 10];
    expect(row).toMatchObject({
      ...{ size: 7, draw: 3, z: z[site], first: x[site][0] },
      ...{ image: Math.floor(site / 6), row: Math.floor((site % 6) / 3), column: site % 3 },
    });
    expect(row.mean).toBeCloseTo(mean(x[site]), 12);
    expect(row.square).toBeCloseTo(mean(x[site].map((value) => value ** 2)), 12);
    expect(row.centreProduct).toBeCloseTo(mean(x[site].map((value, d) => value * centre[d])), 12);
  });
  expect(rows).toHaveLength(12);
});
