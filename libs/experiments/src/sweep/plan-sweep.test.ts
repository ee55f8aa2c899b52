import { checkPlan, runId, UserError } from '@resdiff/runtime';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { smallDigits } from '../../test/digits.ts';
import { pipelineFile } from '../../test/support.ts';
import type { Experiment } from '../experiment.ts';
import { readPipeline, type Pipeline } from '../pipeline.ts';
import { planPipeline } from '../plan-pipeline.ts';
import { planSweep, type SweepOptions } from './plan-sweep.ts';

const digits = smallDigits();
const small = 'experiment: draws\nwidth: 4\ndepth: 3\ndraws: 5\nprocesses: [resnet, sde]\n';

const pipelineOf = (text: string, ...grid: string[]) => readPipeline(pipelineFile(text), { grid });
const sweepOf = (text: string, grid: string[], options?: SweepOptions) =>
  planSweep(pipelineOf(text, ...grid), options);

/** The seed of a point, after its definition. */
function ownSeed(config: object, seed: string): string {
  const sorted = Object.fromEntries(Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = JSON.stringify({ config: sorted, experiment: 'draws', seed });
  const hash = createHash('sha256').update(text).digest('hex');
  return BigInt(`0x${hash.slice(0, 16)}`).toString();
}

describe('a sweep', () => {
  it('plans every point as the run that it would be alone', async () => {
    const grid = ['depth=3,7', 'width=4,5'];
    const { plan, settings } = await sweepOf(small, grid, { shardSize: 2 });
    checkPlan(plan);
    expect(Object.keys(settings).toSorted()).toEqual(
      [
        'activation',
        'T',
        'coordinates',
        'draws',
        'inputs',
        'processes',
        'seed',
        'sigmaB',
        'sigmaW',
      ].toSorted(),
    );
    expect({ ...(plan.config as object), seed: plan.seed }).toEqual(settings);
    expect(plan.points).toHaveLength(4);
    let first = 0;
    for (const [index, point] of plan.points!.entries()) {
      const [depth, width] = [
        [3, 4],
        [3, 5],
        [7, 4],
        [7, 5],
      ][index];
      expect(point.config).toEqual({ depth, width });
      expect(point.columns).toEqual({ point: index, gridDepth: depth, gridWidth: width });
      const set = [`depth=${depth}`, `width=${width}`, `seed="${point.seed}"`];
      const alone = await planPipeline(readPipeline(pipelineFile(small), { set }), {
        shardSize: 2,
      });
      expect(runId(alone.plan)).toBe(point.id);
      expect(alone.plan.schema).toEqual(plan.schema);
      expect(point.seed).toBe(ownSeed(alone.plan.config as object, '1'));
      const own = plan.shards.slice(first, first + alone.plan.shards.length);
      first += own.length;
      expect(own).toEqual(
        alone.plan.shards.map((shard) => ({
          ...shard,
          id: `${point.id}-${shard.id}`,
          point: index,
        })),
      );
    }
    expect(plan.shards).toHaveLength(first);
  });

  it('has a part for each point', async () => {
    const { shards } = await sweepOf(small, ['depth=3,7', 'inputs=[[0, 1], 2]']);
    expect(shards.parts.map(({ part }) => part)).toEqual([
      'depth = 3, inputs = 0, 1',
      'depth = 3, inputs = 2',
      'depth = 7, inputs = 0, 1',
      'depth = 7, inputs = 2',
    ]);
    const alone = await planPipeline(pipelineOf(small));
    const [{ shards: count, rows, work, seconds }] = shards.parts;
    expect({ count, rows }).toEqual({ count: 2, rows: 20 });
    const sum = (key: 'work' | 'seconds') =>
      alone.shards.parts.reduce((total, part) => total + part[key], 0);
    expect([work, seconds]).toEqual([sum('work'), sum('seconds')]);
  });

  it('has an id that depends on its points, not on how they are cut', async () => {
    const idOf = async (...given: Parameters<typeof sweepOf>) =>
      runId((await sweepOf(...given)).plan);
    const id = await idOf(small, ['depth=3,7']);
    expect(await idOf(small, ['depth=3,7'], { shardSize: 1 })).toBe(id);
    expect(await idOf(`${small}grid: {depth: [3, 7]}\n`, [])).toBe(id);
    expect(await idOf(small, ['depth=7,3'])).not.toBe(id);
    expect(await idOf(small, ['depth=3,7'], { seeds: 'common' })).not.toBe(id);
  });
});

describe('the seed of a point', () => {
  const seedsOf = async (grid: string[], options?: SweepOptions) =>
    (await sweepOf(small, grid, options)).plan.points!.map(({ seed }) => seed);

  it('is its own, and does not depend on the other points', async () => {
    const seeds = await seedsOf(['width=4,5,6', 'depth=2,3']);
    expect(new Set(seeds).size).toBe(6);
    expect(await seedsOf(['depth=9,3', 'width=5,1'])).toContain(seeds[3]);
    expect(await seedsOf(['width=5'])).toEqual([seeds[3]]);
  });

  it('depends on the seed of the sweep, which may be in the grid', async () => {
    const { plan } = await sweepOf(small, ['width=4,5', 'seed=1,2']);
    const [first, second, third] = plan.points!;
    expect(plan.points!.map(({ columns }) => columns.gridSeed)).toEqual(['1', '2', '1', '2']);
    expect(plan.points![0].config).toEqual({ width: 4 });
    expect(new Set([first.seed, second.seed, third.seed]).size).toBe(3);
    expect([first.seed, third.seed]).toEqual(await seedsOf(['width=4,5']));
    expect(plan.seed).toBe('1');
  });

  it('may be that of the sweep at all points', async () => {
    expect(await seedsOf(['width=4,5'], { seeds: 'common' })).toEqual(['1', '1']);
    const both = await seedsOf(['width=4,5', 'seed=7,8'], { seeds: 'common' });
    expect(both).toEqual(['7', '8', '7', '8']);
  });
});

/** An experiment in place of that of a pipeline. */
const replaced = (pipeline: Pipeline, change: Partial<Experiment>): Pipeline => ({
  ...pipeline,
  experiment: { ...pipeline.experiment, ...change },
});

describe('what settings name', () => {
  const fewer = smallDigits({ test: 60 });
  const text = `experiment: training\ndata: ${digits}\ntrainImages: 100\ntestImages: 50\nbatch: 50\n`;

  it('is looked up for every point, and enters the versions that all points share', async () => {
    const { plan } = await sweepOf(text, ['size=3,5', 'trainImages=60,70']);
    checkPlan(plan);
    expect(plan.versions).toMatchObject({ data: expect.stringMatching(/^sha256:/) as string });
    for (const point of plan.points!) expect(point).not.toHaveProperty('versions');
  });

  it('enters the versions of a point, where they differ', async () => {
    const { plan } = await sweepOf(text, [`data=${fewer},${digits}`, 'size=3']);
    checkPlan(plan);
    expect(plan.versions).not.toHaveProperty('data');
    const data = plan.points!.map(({ versions }) => versions?.data);
    expect(new Set(data).size).toBe(2);
  });

  it('is looked up once for all points that agree', async () => {
    const scopes = new Set<object>();
    const pipeline = pipelineOf(text, 'size=3,5,7');
    const { experiment } = pipeline;
    const watched = replaced(pipeline, {
      resolve: (settings, environment) => {
        scopes.add(environment);
        return experiment.resolve!(settings, environment);
      },
    });
    await planSweep(watched);
    expect(scopes.size).toBe(1);
    await planSweep(watched);
    expect(scopes.size).toBe(2);
  });

  it('is warned of once', async () => {
    const pipeline = replaced(pipelineOf(small, 'width=4,5'), {
      resolve: (settings) => Promise.resolve({ settings, versions: {}, warnings: ['not there'] }),
    });
    expect((await planSweep(pipeline)).warnings).toEqual(['not there']);
  });
});

describe('a sweep is refused', () => {
  async function refusal(planning: Promise<unknown>): Promise<string> {
    const error: unknown = await planning.catch((error: unknown) => error);
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  }

  it('without a grid, and a grid without a sweep', async () => {
    expect(await refusal(sweepOf(small, []))).toBe(
      'job has no grid, or none that --set and --quick leave: nothing varies.',
    );
    expect(await refusal(planPipeline(pipelineOf(small, 'width=4,5', 'T=1')))).toBe(
      'job has a grid, over width, T, so it is a sweep, not one run.',
    );
  });

  it('if a point cannot be planned, which it names', async () => {
    const text = `experiment: training\ndata: ${digits}\ntestImages: 50\nsize: 3\n`;
    expect(await refusal(sweepOf(text, ['trainImages=200,70000']))).toMatch(
      /^At the point trainImages = 70000: trainImages is 70000; it must be at most 500, /,
    );
    expect(await refusal(sweepOf(small, ['draws=5,20000'], { shardSize: 1 }))).toBe(
      'At the point draws = 20000: A shard size of 1 cuts 20000 draws into more than 10000 shards; it must be at least 2.',
    );
  });

  it('if it has too many shards', async () => {
    const seeds = Array.from({ length: 13 }, (_, i) => i).join(',');
    expect(await refusal(sweepOf(small, ['draws=9999', `seed=${seeds}`], { shardSize: 1 }))).toBe(
      'The sweep has 259,974 shards at 13 points; a run has at most 250,000.',
    );
  });

  it('if points have tables of different columns, naming them', async () => {
    const pipeline = pipelineOf(small, 'width=4,5', 'T=1,2');
    const { experiment } = pipeline;
    const wider = replaced(pipeline, {
      table: (settings) => {
        const { name, columns } = experiment.table(settings);
        return { name, columns: settings.T === 2 ? columns.slice(1) : columns };
      },
    });
    expect(await refusal(planSweep(wider))).toBe(
      'The points width = 4, T = 1 and width = 4, T = 2 have tables of different columns, so their rows cannot stand in one; leave one of the values out of the grid, or run them apart.',
    );
  });

  it('if points come to the same once looked up', async () => {
    const pipeline = replaced(pipelineOf(small, 'T=1,2'), {
      resolve: (settings) =>
        Promise.resolve({ settings: { ...settings, T: 3 }, versions: {}, warnings: [] }),
    });
    expect(await refusal(planSweep(pipeline))).toBe(
      'The points T = 1 and T = 2 come to the same: T = 3; leave one of them out of the grid.',
    );
  });

  it('for a shard size that the experiment has not, or a data folder that is none', async () => {
    const whole = 'experiment: training\ndata: synthetic\n';
    expect(await refusal(sweepOf(whole, ['size=3,4'], { shardSize: 2 }))).toContain(
      'leave --shard-size out',
    );
    const environment = { dataFolder: 'nowhere' };
    expect(await refusal(sweepOf(small, ['T=1,2'], { environment }))).toBe(
      'The data folder nowhere does not exist.',
    );
  });
});
