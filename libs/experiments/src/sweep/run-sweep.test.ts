import {
  executeRun,
  inlineExecutor,
  isDone,
  mergeRun,
  readManifest,
  serveShards,
  ShardsFailedError,
  type Manifest,
} from '@resdiff/runtime';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queryDuckDb } from '../../../tables/test/duckdb.ts';
import { smallDigits } from '../../test/digits.ts';
import { figureTexts } from '../../test/report-checks.ts';
import { pipelineFile, scratch } from '../../test/support.ts';
import type { Experiment, Settings } from '../experiment.ts';
import { readPipeline, type Pipeline } from '../pipeline.ts';
import { planFromManifest } from '../plan-from-manifest.ts';
import { planPipeline, type PlannedRun } from '../plan-pipeline.ts';
import { finishRun, runPipeline, type FinishedRun } from '../run-pipeline.ts';
import { estimate, judge, type Estimate } from '../summary.ts';
import { planSweep, type SweepOptions } from './plan-sweep.ts';
import type { SweepSummary } from './report-sweep.ts';

interface Finished extends FinishedRun {
  readonly planned: PlannedRun;
  readonly summary: SweepSummary;
}

const options = (folder: string) => ({
  ...{ folder, workers: 1, command: 'a test' },
  signal: new AbortController().signal,
});

/** Runs a pipeline in worker threads, as a user does. */
async function runIn(folder: string, pipeline: Pipeline, given: SweepOptions = {}) {
  const planned = await (pipeline.grid
    ? planSweep(pipeline, given)
    : planPipeline(pipeline, given));
  const finished = await runPipeline(pipeline, planned, options(folder));
  return { ...finished, planned, summary: finished.report.summary as SweepSummary };
}

const read = (text: string) => readPipeline(pipelineFile(text));
const json = (folder: string, name: string) =>
  JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown;

const small = 'experiment: draws\nwidth: 4\nT: 1\ndraws: 30\nprocesses: [resnet, sde]\n';

describe('a sweep of draws', () => {
  const folder = mkdtempSync(join(tmpdir(), 'resdiff-sweep-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const text = `${small}grid: {depth: [3, 6], activation: [tanh, sin]}\n`;
  const grid = [
    { depth: 3, activation: 'tanh' },
    { depth: 3, activation: 'sin' },
    { depth: 6, activation: 'tanh' },
    { depth: 6, activation: 'sin' },
  ];
  /** Points that are also run by themselves. */
  const alone = [1, 2];
  const table = join(folder, 'sweep', 'draws.parquet');
  let sweep: Finished;

  beforeAll(async () => {
    const file = join(folder, 'job.yaml');
    writeFileSync(file, text);
    sweep = await runIn(join(folder, 'sweep'), readPipeline(file), { shardSize: 20 });
  });

  it('has one table, in which every row has the columns of its point', async () => {
    const rows = await queryDuckDb(
      `select point, gridDepth, gridActivation::varchar, count(*)::integer from '${table}' group by all order by point`,
    );
    expect(rows).toEqual(grid.map(({ depth, activation }, i) => [i, depth, activation, 120]));
    const columns = await queryDuckDb(`describe from '${table}'`);
    expect(columns.slice(0, 4).map(([name, type]) => [name, type])).toEqual([
      ['point', 'INTEGER'],
      ['gridDepth', 'INTEGER'],
      ['gridActivation', 'VARCHAR'],
      ['process', 'VARCHAR'],
    ]);
  });

  it('has at each point the rows of the point alone, which has the same shards', async () => {
    for (const index of alone) {
      const { depth, activation } = grid[index];
      const { id, seed } = sweep.planned.plan.points![index];
      const run = await runIn(
        join(folder, `alone-${index}`),
        read(`${small}depth: ${depth}\nactivation: ${activation}\nseed: "${seed}"\n`),
        { shardSize: 20 },
      );
      expect(run.manifest.runId).toBe(id);
      const rows = 'select process, draw, input, z, coordinate, value from';
      expect(await queryDuckDb(`${rows} '${table}' where point = ${index}`)).toEqual(
        await queryDuckDb(`${rows} '${join(run.folder, 'draws.parquet')}'`),
      );
      expect(checksums(sweep.manifest, index)).toEqual(checksums(run.manifest));
    }
  });

  it('has at equal points the shards of another sweep, byte for byte', async () => {
    const other = await runIn(
      join(folder, 'other'),
      read(`${small}grid: {activation: [sin], depth: [9, 6]}\n`),
      { shardSize: 20 },
    );
    const ids = other.manifest.shards.filter(({ point }) => point === 1).map(({ id }) => id);
    expect(ids).toHaveLength(4);
    for (const id of ids) {
      const [one, two] = [sweep, other].map((run) => {
        const shard = run.manifest.shards.find((each) => each.id === id)!;
        return readFileSync(join(run.folder, isDone(shard) ? shard.file : ''));
      });
      expect(one.equals(two)).toBe(true);
    }
  });

  it('has the estimates of each point, which begin with what the point is', () => {
    const { estimates, absent } = json(sweep.folder, 'summary.json') as SweepSummary;
    expect(absent).toEqual([]);
    expect(sweep.summary).toEqual({ estimates, absent, verdict: sweep.summary.verdict });
    const perPoint = estimates.length / 4;
    for (const [index, at] of grid.entries()) {
      const own = estimates.slice(index * perPoint, (index + 1) * perPoint);
      for (const each of own)
        expect(Object.entries(each.at).slice(0, 2)).toEqual(Object.entries(at));
    }
    const places = estimates.map(({ quantity, at, source }) =>
      JSON.stringify([quantity, at, source]),
    );
    expect(new Set(places).size).toBe(places.length);
  });

  it('has the estimates that the points have alone', () => {
    for (const index of alone) {
      const place = grid[index];
      const { estimates } = json(join(folder, `alone-${index}`), 'summary.json') as SweepSummary;
      const own = sweep.summary.estimates.filter(
        ({ at }) => at.depth === place.depth && at.activation === place.activation,
      );
      expect(own).toEqual(estimates.map((each) => ({ ...each, at: { ...place, ...each.at } })));
    }
  });

  it('shares the false-alarm rate out among all points', () => {
    const { comparisons, agreement, text } = sweep.summary.verdict;
    for (const index of alone) {
      const { verdict } = json(join(folder, `alone-${index}`), 'summary.json') as SweepSummary;
      expect(comparisons).toBe(4 * verdict.comparisons);
    }
    expect(agreement).toBe(true);
    expect(text).toMatch(/^4 points agree with theory: of \d+ comparisons the largest deviation/);
  });

  it('has a figure of each point, and a list of the points', () => {
    const names = sweep.manifest.artifacts.map(({ file }) => file);
    const figures = [0, 1, 2, 3].flatMap((i) => [`figure-${i}.svg`, `figure-${i}.png`]);
    expect(names.toSorted()).toEqual([...figures, 'points.json', 'summary.json'].toSorted());
    const points = json(sweep.folder, 'points.json') as Record<string, unknown>[];
    expect(points[1]).toEqual({
      point: 1,
      id: sweep.planned.plan.points![1].id,
      seed: sweep.planned.plan.points![1].seed,
      columns: { point: 1, gridDepth: 3, gridActivation: 'sin' },
      settings: { depth: 3, activation: 'sin' },
      shards: 4,
      done: 4,
      seconds: expect.any(Number) as number,
      warnings: [],
    });
  });

  it('goes on from its folder alone', async () => {
    const manifest = (await readManifest(sweep.folder))!;
    const { pipeline, planned } = await planFromManifest(manifest);
    const again = await runPipeline(pipeline, planned, options(sweep.folder));
    expect(again.unchanged).toBe(true);
    expect(again.report.summary).toEqual(sweep.summary);
    // The figures that are there are not drawn again.
    expect(Object.keys(await again.report.artifacts())).toEqual(['points.json']);
  });
});

/** The checksums of the shards, of one point or of all. */
function checksums({ shards }: Manifest, point?: number): string[] {
  return shards
    .filter((shard) => point === undefined || shard.point === point)
    .map((shard) => (isDone(shard) ? shard.sha256 : 'not done'));
}

/** One number a draw, whose mean is 0 in theory; the report counts on every row being there. */
function toy(change: Partial<Experiment> = {}): Pipeline {
  const base = read(`${small}depth: 3\ngrid: {T: [1, 2, 3], width: [4, 5]}\n`);
  const report = async (settings: Settings, run: Parameters<Experiment['report']>[1]) => {
    let rows = 0;
    for await (const batch of run.batches()) rows += batch.rows;
    expect(rows).toBe(120);
    const found = estimate(
      'mean',
      { width: settings.width as number },
      { value: settings.T === 2 ? 2.9 : 0, se: 1 },
      { expected: 0, source: 'theory' },
    );
    const verdict = judge([found], (agreement) => `${agreement}`);
    const warnings = settings.T === 3 ? ['three'] : [];
    return {
      summary: { estimates: [found], verdict },
      shown: [found],
      judged: [found],
      warnings,
      artifacts: () => Promise.resolve({}),
    };
  };
  return { ...base, experiment: { ...base.experiment, report, ...change } };
}

/** Runs it in this thread; shards for which `fails` holds throw. */
async function runHere(
  pipeline: Pipeline,
  folder: string,
  fails?: (settings: Settings) => boolean,
) {
  const planned = await planSweep(pipeline);
  const executor = inlineExecutor(
    serveShards(({ config, seed, shard }, context) => {
      const settings = { ...(config as Settings), seed };
      if (fails?.(settings)) throw new Error('first line\nno such luck');
      return pipeline.experiment.compute(settings, shard.task, context);
    }),
  );
  const run = await executeRun(planned.plan, { folder, executor, keepGoing: true });
  const finished = await finishRun(pipeline, planned, run, new AbortController().signal);
  return { ...finished, summary: finished.report.summary as SweepSummary };
}

describe('a verdict of a sweep', () => {
  // Of 6 comparisons up to 3.1440 standard errors are agreement; alone, up to 2.5758.
  it('is agreement although a point alone would not be', async () => {
    const { summary, report } = await runHere(toy(), scratch());
    expect(summary.verdict).toMatchObject({ agreement: true, comparisons: 6, largestZ: 2.9 });
    expect(report.warnings).toEqual(['at T = 3, width = 4: three', 'at T = 3, width = 5: three']);
    expect(report.judged).toHaveLength(6);
    expect(report.shown.filter((each) => !report.judged.includes(each))).toEqual([]);
  });

  it('turns if what is expected of one point is another', async () => {
    const { experiment } = toy();
    const shifted = toy({
      report: async (settings, run) => {
        const found = await experiment.report(settings, run);
        if (settings.T !== 2 || settings.width !== 5) return found;
        const held: Estimate[] = found.summary.estimates.map((each) => ({
          ...each,
          z: each.z! + 0.3,
        }));
        const verdict = judge(held, (agreement) => `Says ${agreement}.`);
        return { ...found, summary: { estimates: held, verdict } };
      },
    });
    const { summary } = await runHere(shifted, scratch());
    expect(summary.verdict.agreement).toBe(false);
    expect(summary.verdict.text).toBe(
      '1 of 6 points deviates from theory, the most at T = 2, width = 5, by 3.20 standard errors, where up to 3.14 count as agreement. There: Says false.',
    );
  });

  it('names the point whose report fails', async () => {
    const failing = toy({
      report: (settings) => Promise.reject(new Error(`at ${settings.T as number}`)),
    });
    await expect(runHere(failing, scratch())).rejects.toThrow(
      'The report of the point T = 1, width = 4 failed: at 1',
    );
  });
});

describe('points that fail', () => {
  const fails = ({ T, width }: Settings) => T === 2 && width === 5;

  it('do not hinder the others, and are named', async () => {
    const folder = scratch();
    const pipeline = toy();
    const running = runHere(pipeline, folder, fails);
    await expect(running).rejects.toThrow(ShardsFailedError);
    await expect(running).rejects.toThrow(/^2 of 12 shards failed:\n .*: no such luck/);

    const { planned } = await planFromManifest((await readManifest(folder))!, { computes: false });
    const { schema } = planned.plan;
    const run = await mergeRun(folder, { schema, partial: true });
    const { report, manifest } = await finishRun(
      pipeline,
      planned,
      run,
      new AbortController().signal,
    );
    expect(manifest.state).toBe('partial');
    const { absent, estimates, verdict } = report.summary as SweepSummary;
    expect(absent).toEqual([
      { point: 3, at: { T: 2, width: 5 }, missing: 2, shards: 2, failure: 'no such luck' },
    ]);
    expect(estimates.map(({ at }) => [at.T, at.width])).toEqual([
      [1, 4],
      [1, 5],
      [2, 4],
      [3, 4],
      [3, 5],
    ]);
    expect(verdict.comparisons).toBe(5);
    expect(verdict.text).toMatch(/ Nothing is said of 1 point, which is incomplete\.$/);
    expect(report.warnings[0]).toBe(
      '1 of 6 points is incomplete, and left out of the summary and the figures:\n  T = 2, width = 5: 2 of 2 shards are missing: no such luck',
    );
    expect((json(folder, 'points.json') as { done: number }[]).map(({ done }) => done)).toEqual([
      2, 2, 2, 0, 2, 2,
    ]);
  });
});

it('draws no figures of many points, and says so', async () => {
  const points = Array.from({ length: 25 }, (_, i) => i + 1);
  const text = `experiment: parameter-laws\nwidth: 2\nblocks: 3\nblockDraws: 2\nlaws: iid\ngrid: {seed: [${points.join(', ')}]}\n`;
  const { manifest, report } = await runHere(read(text), scratch());
  expect(manifest.artifacts.map(({ file }) => file).toSorted()).toEqual([
    'points.json',
    'summary.json',
  ]);
  expect(report.warnings.at(-1)).toBe(
    'No figures: the sweep has 25 points, and at most 24 have one each.',
  );
});

describe('a sweep of trainings', () => {
  const text = `experiment: training
data: ${smallDigits()}
trainImages: 100
testImages: 100
batch: 20
epochs: 3
rate: 2
`;

  it('has the figure of one run with all its points', async () => {
    const sweep = await runIn(
      scratch(),
      read(`${text}grid: {size: [8, 3], optimizer: [sgd, gd]}\n`),
    );
    const texts = await figureTexts(sweep.report);
    expect(texts).toEqual(expect.arrayContaining(['GD', 'SGD', 'during training, D = L = 8']));
    expect(texts.join()).toContain('kernel regression: ');
    const at = sweep.summary.estimates
      .filter(({ quantity }) => quantity === 'testAccuracy')
      .map((each) => each.at);
    expect(at).toContainEqual({ size: 3, optimizer: 'sgd' });
    expect(at).toContainEqual({ gridSize: 3, optimizer: 'sgd', size: 'infinite' });
    expect(at).toHaveLength(8);
    expect(sweep.summary.verdict.text).toMatch(
      /^No theory is exact at a finite size\. .* at D = L = 8: sgd \d+\.\d\d %, gd \d+\.\d\d %; kernel/,
    );
  });

  it('with common seeds has the figure of that run, row for row', async () => {
    const joined = await runIn(
      scratch(),
      read(`${text}grid: {size: [3, 8], optimizer: [gd, sgd]}\n`),
      { seeds: 'common' },
    );
    const alone = await runIn(scratch(), read(`${text}size: [3, 8]\noptimizer: [gd, sgd]\n`));
    const columns = 'select size, optimizer, repetition, epoch, trainLoss, accuracy from';
    expect(await queryDuckDb(`${columns} '${join(joined.folder, 'training.parquet')}'`)).toEqual(
      await queryDuckDb(`${columns} '${join(alone.folder, 'training.parquet')}'`),
    );
    const figures = [await joined.report.artifacts(), await alone.report.artifacts()];
    expect(figures[0]['figure.svg']).toBe(figures[1]['figure.svg']);
  });

  it('has figures of its points if no run has them all', async () => {
    const { manifest } = await runIn(
      scratch(),
      read(`${text}size: 3\noptimizer: gd\ngrid: {T: [1, 2]}\n`),
    );
    expect(manifest.artifacts.map(({ file }) => file)).toEqual(
      expect.arrayContaining(['figure-0.png', 'figure-1.png']),
    );
  });
});
