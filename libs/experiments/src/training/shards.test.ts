import { seedKey } from '@resdiff/random';
import { validateBatch } from '@resdiff/tables';
import { decodeSafetensors, initialParameters } from '@resdiff/trainer';
import { detachedContext, UserError } from '@resdiff/runtime';
import { beforeAll, describe, expect, it } from 'vitest';
import { smallDigits, versionsOf } from '../../test/digits.ts';
import { computeInSessions, type Interruptions, type ShardEnd } from '../../test/shard-session.ts';
import { training } from '../training.ts';
import { modelOf, partsOf } from './jobs.ts';
import { methods, trainingSettings, type Method } from './settings.ts';
import type { NetworkNotes } from './shards.ts';
import { trainingTable } from './table.ts';
import type { NetworkTask } from './tasks.ts';

const digits = smallDigits();
let versions: Readonly<Record<string, string>>;
beforeAll(async () => {
  versions = await versionsOf(digits);
});

/** A search of four trials of two epochs and a training of three, in milliseconds. */
function settingsOf(given: Record<string, unknown> = {}) {
  return trainingSettings.parse({
    data: digits,
    trainImages: 70,
    testImages: 50,
    size: [4, 6],
    optimizer: [...methods],
    batch: 16,
    epochs: 3,
    searchPoints: 3,
    searchRefinements: 1,
    searchEpochs: 2,
    searchDescent: [0.5, 50],
    saveWeights: 'both',
    ...given,
  });
}

type Settings = ReturnType<typeof settingsOf>;

const taskOf = (method: Method, given: Partial<NetworkTask> = {}): NetworkTask => ({
  kind: 'network',
  size: 4,
  method,
  repetition: 0,
  ...given,
});

function computed(
  settings: Settings,
  task: NetworkTask,
  interruptions: Omit<Interruptions, 'versions'> = {},
): Promise<ShardEnd> {
  return computeInSessions((context) => training.compute(settings, task, context), {
    versions,
    ...interruptions,
  });
}

/** What a shard says, but for how it came to it. */
const results = ({ rows, notes, files }: ShardEnd) => ({ rows, notes, files });

describe('interruptions do not change rows, notes or weights', () => {
  it.each(methods)('%s, stopped at every epoch, and at every third', async (method) => {
    const settings = settingsOf();
    const whole = await computed(settings, taskOf(method));
    expect(whole.progress).toHaveLength(1);
    expect(whole.rows).toHaveLength(4 * 3 + 4);
    expect(Object.keys(whole.files)).toEqual(['final.safetensors', 'initial.safetensors']);
    for (const stopAt of [1, 3]) {
      const interrupted = await computed(settings, taskOf(method), { stopAt });
      expect(interrupted.progress.length).toBeGreaterThan(4);
      expect(results(interrupted)).toEqual(results(whole));
    }
  });

  it('nor, with standard gradients and cross-entropy, does a rate that is given', async () => {
    const settings = settingsOf({ rate: 0.2, gradients: 'standard', loss: 'cross-entropy' });
    const whole = await computed(settings, taskOf('sgd-centred'));
    expect(whole.rows).toHaveLength(4);
    expect(results(await computed(settings, taskOf('sgd-centred'), { stopAt: 1 }))).toEqual(
      results(whole),
    );
  });

  it('nor do they when training diverges', async () => {
    const settings = settingsOf({ searchDescent: [1, 1e30], searchRefinements: 2 });
    const whole = await computed(settings, taskOf('sgd'));
    expect(whole.rows.some(({ accuracy }) => Number.isNaN(accuracy))).toBe(true);
    expect(results(await computed(settings, taskOf('sgd'), { stopAt: 1 }))).toEqual(results(whole));
  });

  it('and another seed, repetition, size or method does change them', async () => {
    const accuracies = async (settings: Settings, task: NetworkTask) =>
      JSON.stringify((await computed(settings, task)).rows.map(({ loss }) => loss));
    const all = await Promise.all([
      accuracies(settingsOf(), taskOf('sgd')),
      accuracies(settingsOf({ seed: 2 }), taskOf('sgd')),
      accuracies(settingsOf(), taskOf('sgd', { repetition: 1 })),
      accuracies(settingsOf(), taskOf('sgd', { size: 6 })),
      accuracies(settingsOf(), taskOf('sgd-centred')),
      accuracies(settingsOf(), taskOf('gd')),
    ]);
    expect(new Set(all).size).toBe(6);
  });
});

describe('progress', () => {
  it.each(['sgd', 'adam-full'] as const)('of %s rises to 1', async (method) => {
    for (const stopAt of [Infinity, 2]) {
      const { progress } = await computed(settingsOf(), taskOf(method), { stopAt });
      const all = progress.flatMap((told, session) => told.slice(session === 0 ? 0 : -1));
      for (const told of [...progress, all]) {
        expect(told.every((now, i) => i === 0 || now >= told[i - 1])).toBe(true);
      }
      expect(all[0]).toBeLessThan(0.2);
      expect(all.at(-1)).toBeCloseTo(1, 12);
    }
  });
});

describe('the rows of a shard', () => {
  it('are those of its table: of each trial, then of the final training, epoch by epoch', async () => {
    const settings = settingsOf();
    const { batches } = await training.compute(
      settings,
      taskOf('adam-centred', { repetition: 2 }),
      detachedContext(versions),
    );
    for await (const batch of batches) validateBatch(trainingTable, batch);
    const { rows, notes } = await computed(settings, taskOf('adam-centred', { repetition: 2 }));
    const where = rows.map(({ phase, trial, epoch }) => [phase, trial, epoch]);
    const search = [0, 1, 2, 3].flatMap((trial) => [0, 1, 2].map((epoch) => [0, trial, epoch]));
    expect(where).toEqual([...search, ...[0, 1, 2, 3].map((epoch) => [1, 0, epoch])]);
    for (const row of rows) {
      expect(row).toMatchObject({ size: 4, optimizer: 3, centred: 1, repetition: 2 });
      expect(row.evaluatedOn).toBe(row.phase);
      for (const key of ['trainLoss', 'loss', 'accuracy'])
        expect(row[key]).toBeGreaterThanOrEqual(0);
      // Held out are 7 of 70 images.
      const of = row.phase === 0 ? 7 : 50;
      expect(((row.accuracy as number) * of) % 1).toBeCloseTo(0, 10);
    }
    const rates = [0, 1, 2, 3].map((trial) => rows[3 * trial].rate as number);
    expect(rates.slice(0, 3).map((rate) => rate.toPrecision(6))).toEqual([
      '0.00100000',
      '0.0316228',
      '1.00000',
    ]);
    const { rate, divergedAt } = notes as NetworkNotes;
    expect(divergedAt).toBeNull();
    expect(rates).toContain(rate);
    expect(rows.at(-1)!.rate).toBe(rate);
  });

  it('chooses the trial with the highest accuracy, then the lowest loss', async () => {
    const { rows, notes } = await computed(settingsOf(), taskOf('sgd'));
    const ends = rows.filter(({ phase, epoch }) => phase === 0 && epoch === 2);
    const [best] = ends.toSorted(
      (a, b) =>
        (b.accuracy as number) - (a.accuracy as number) || (a.loss as number) - (b.loss as number),
    );
    expect((notes as NetworkNotes).rate).toBe(best.rate);
  });

  it('tunes on the test images where the paper did, and says so', async () => {
    const settings = settingsOf({ tuneOn: 'test', searchEpochs: 3 });
    const { rows, notes } = await computed(settings, taskOf('gd'));
    expect(new Set(rows.map(({ evaluatedOn }) => evaluatedOn))).toEqual(new Set([1]));
    // The final training is a trial once more: same images, same rate, as many epochs.
    const { rate } = notes as NetworkNotes;
    const plain = (wanted: number) =>
      rows
        .filter((row) => row.rate === rate && row.phase === wanted)
        .map(({ trainLoss, loss, accuracy }) => [trainLoss, loss, accuracy]);
    expect(plain(0)).toEqual(plain(1));
  });

  it('begins at the outputs 0 if it is centred: the loss is the mean square of the targets', async () => {
    const { rows } = await computed(settingsOf({ rate: 1 }), taskOf('sgd-centred'));
    expect(rows[0].trainLoss).toBeCloseTo(0.1, 12);
    expect(rows[0].loss).toBeCloseTo(0.1, 12);
    const plain = await computed(settingsOf({ rate: 1 }), taskOf('sgd'));
    expect(plain.rows[0].loss).toBeGreaterThan(0.12);
  });
});

describe('a training that diverges', () => {
  it.each(['gd', 'sgd', 'sgd-centred'] as const)(
    '%s: has rows of NaN and notes the epoch',
    async (method) => {
      const settings = settingsOf({ rate: 1e30, epochs: 5 });
      const { rows, notes, progress } = await computed(settings, taskOf(method));
      const { divergedAt, ...others } = notes as NetworkNotes;
      expect(others).toEqual({ rate: 1e30, atEdge: null });
      expect(divergedAt).toBeGreaterThan(0);
      expect(divergedAt).toBeLessThan(3);
      expect(rows).toHaveLength(6);
      for (const { epoch, loss, accuracy } of rows) {
        const lost = (epoch as number) >= divergedAt!;
        expect([loss, accuracy].map(Number.isNaN)).toEqual([lost, lost]);
      }
      expect(Number.isNaN(rows.at(-1)!.trainLoss)).toBe(true);
      expect(progress.at(-1)!.at(-1)).toBeCloseTo(1, 12);
    },
  );

  it('is no choice of a search while another trial stays finite', async () => {
    const settings = settingsOf({
      searchDescent: [0.5, 1e30],
      searchPoints: 2,
      saveWeights: 'none',
    });
    const { rows, notes, files } = await computed(settings, taskOf('gd'));
    expect(notes).toEqual({ rate: expect.any(Number) as number, atEdge: 'from', divergedAt: null });
    expect((notes as NetworkNotes).rate).toBeLessThan(1e20);
    expect(rows.filter(({ rate }) => rate === 1e30)).toHaveLength(3);
    expect(files).toEqual({});
  });
});

describe('the files of weights', () => {
  it.each([
    ['none', []],
    ['final', ['final']],
    ['both', ['final', 'initial']],
  ])('%s: %j', async (saveWeights, moments) => {
    const settings = settingsOf({ saveWeights, rate: 1, sigmaY: 'unscaled' });
    const { files } = await computed(settings, taskOf('sgd', { size: 6, repetition: 3 }));
    expect(Object.keys(files)).toEqual(moments.map((moment) => `${moment}.safetensors`));
    const model = modelOf(settings, 6, { inputs: 49, outputs: 10 });
    const initial = initialParameters(model, { key: seedKey(settings.seed), repetition: 3 });
    for (const moment of moments) {
      const { metadata, tensors } = decodeSafetensors(files[`${moment}.safetensors`]);
      expect(metadata.moment).toBe(moment);
      expect(JSON.parse(metadata.task)).toEqual(taskOf('sgd', { size: 6, repetition: 3 }));
      expect(JSON.parse(metadata.settings)).toEqual(settings);
      expect(JSON.parse(metadata.versions)).toEqual(versions);
      expect(JSON.parse(metadata.scales)).toMatchObject({ A: 1 / 7, 'W.0': 1 / 6, G: 1 });
      const shapes = Object.fromEntries(
        Object.entries(tensors).map(([name, { shape }]) => [name, shape]),
      );
      expect(shapes).toMatchObject({ A: [6, 49], 'W.5': [6, 6], 'b.5': [6], G: [10, 6] });
      expect(Object.keys(shapes)).toHaveLength(2 + 2 * 6);
      for (const [name, { data }] of Object.entries(tensors)) {
        const same = data.every((value, i) => value === initial[name][i]);
        expect(same, `${moment} ${name}`).toBe(moment === 'initial');
        expect(data.every(Number.isFinite)).toBe(true);
      }
    }
  });

  it.each([
    ['inputLayer', 'A'],
    ['outputLayer', 'G'],
  ])('a frozen %s does not move', async (key, name) => {
    const settings = settingsOf({ rate: 1, [key]: 'frozen' });
    const { files } = await computed(settings, taskOf('adam'));
    const [final, initial] = ['final', 'initial'].map(
      (moment) => decodeSafetensors(files[`${moment}.safetensors`]).tensors,
    );
    expect(final[name].data).toEqual(initial[name].data);
    expect(final['W.0'].data).not.toEqual(initial['W.0'].data);
  });
});

it('refuses the checkpoint of another training', async () => {
  const settings = settingsOf({ rate: 1 });
  const kept: Uint8Array[] = [];
  await computed(settings, taskOf('sgd'), { stopAt: 2, onCheckpoint: (bytes) => kept.push(bytes) });
  const [checkpoint] = kept;
  for (const [other, message] of [
    [taskOf('sgd', { repetition: 1 }), 'its repetition is 0, not 1'],
    [taskOf('sgd', { size: 6 }), 'its size is 4, not 6'],
    [taskOf('adam'), 'its method is "sgd", not "adam"'],
  ] as const) {
    const failure = computed(settings, other, { checkpoint });
    await expect(failure).rejects.toMatchObject({ name: 'IdentityError' });
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.not.toBeInstanceOf(UserError);
  }
  await expect(computed(settingsOf({ rate: 2 }), taskOf('sgd'), { checkpoint })).rejects.toThrow(
    'its rate is 1, not 2',
  );
});

describe('a plan', () => {
  it('has a shard for each training and each limit, with as many rows as they compute', async () => {
    const settings = settingsOf({ repetitions: 2, rate: 1, optimizer: 'sgd, adam-full-centred' });
    const { shards, parts, workUnit } = training.plan(settings);
    expect(shards.map(({ id }) => id)).toEqual([
      ...['4', '6'].flatMap((size) =>
        ['sgd', 'adam-full-centred'].flatMap((method) =>
          ['0', '1'].map((repetition) => `${size}-${method}-${repetition}`),
        ),
      ),
      'limit-0',
      'limit-1',
    ]);
    for (const { id, task, rows, cost } of shards) {
      expect(id).toMatch(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/);
      expect(cost).toBeGreaterThan(0);
      const end = await computed(settings, task as NetworkTask);
      expect(end.rows).toHaveLength(rows);
    }
    const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);
    expect(parts.map(({ part }) => part)).toEqual(['D = L = 4', 'D = L = 6', 'limit']);
    expect(sum(parts.map((part) => part.shards))).toBe(shards.length);
    expect(sum(parts.map((part) => part.rows))).toBe(sum(shards.map(({ rows }) => rows)));
    expect(sum(parts.map((part) => part.seconds))).toBeCloseTo(
      sum(shards.map(({ cost }) => cost)),
      9,
    );
    expect(workUnit).toBe('images');
    expect(parts.map(({ work }) => work)).toEqual([4 * 3 * 70, 4 * 3 * 70, 0]);
  });

  it('counts the rows and images of a search', () => {
    const { shards, parts } = training.plan(settingsOf({ size: 4, optimizer: 'gd' }));
    expect(shards.map(({ rows }) => rows)).toEqual([4 * 3 + 4, 0]);
    expect(parts[0].work).toBe(4 * 2 * 63 + 3 * 70);
  });

  it.each([
    { activation: 'swish' },
    { activation: 'relu' },
    { sigmaY: 'unscaled' },
    { gradients: 'standard' },
    { loss: 'cross-entropy' },
  ])('has no limit where there is none: %j', (given) => {
    const { shards, parts } = training.plan(settingsOf(given));
    expect(shards.every(({ id }) => !id.startsWith('limit'))).toBe(true);
    expect(parts).toHaveLength(2);
  });
});

it('knows what each method stands for', () => {
  const known = methods.map((method) => {
    const { optimizer, centred, fullBatch, adam } = partsOf(method);
    return [method, optimizer, centred, fullBatch, adam];
  });
  expect(known).toEqual([
    ['gd', 'gd', false, true, false],
    ['gd-centred', 'gd', true, true, false],
    ['sgd', 'sgd', false, false, false],
    ['sgd-centred', 'sgd', true, false, false],
    ['adam-full', 'adam-full', false, true, true],
    ['adam-full-centred', 'adam-full', true, true, true],
    ['adam', 'adam', false, false, true],
    ['adam-centred', 'adam', true, false, true],
  ]);
});
