import type { Dataset, LabelledSet as LabelledImages } from '@resdiff/mnist';
import { seedKey } from '@resdiff/random';
import type { JsonValue, ShardContent, ShardContext } from '@resdiff/runtime';
import type { Batch } from '@resdiff/tables';
import {
  encodeParameters,
  finalScore,
  initialParameters,
  searchRate,
  train,
  type Checkpoint,
  type EpochRecord,
  type Identity,
  type LabelledSet,
  type Model,
  type Parameters,
} from '@resdiff/trainer';
import { plannedData } from '../data.ts';
import { engine } from '../engines.ts';
import { asTensors, chooseImages } from '../images.ts';
import { jobOf, modelOf, partsOf, passesOf } from './jobs.ts';
import { Journal, type EndedTraining } from './journal.ts';
import { limitAccuracy } from './limit.ts';
import type { TrainingSettings } from './settings.ts';
import { evaluationSets, optimizers, phases, type TrainingTable } from './table.ts';
import {
  networkSeconds,
  splits,
  trialCount,
  type NetworkTask,
  type TrainingTask,
} from './tasks.ts';

type Phase = (typeof phases)[number];

/** One training of a shard. */
interface Part {
  readonly phase: Phase;
  readonly trial: number;
  readonly rate: number;
  readonly epochs: number;
  readonly train: LabelledSet;
  readonly evaluate: LabelledSet;
}

/** What a network's shard says beside its rows. */
export interface NetworkNotes {
  readonly [key: string]: JsonValue;
  readonly rate: number;
  /** Whether the best rate of the grid was its first or last: a better one may lie beyond. */
  readonly atEdge: 'from' | 'to' | null;
  /** The epoch in which the final training diverged. */
  readonly divergedAt: number | null;
}

export async function computeTraining(
  settings: TrainingSettings,
  task: TrainingTask,
  context: ShardContext,
): Promise<ShardContent> {
  const dataset = await plannedData(settings.data, context.versions);
  const key = seedKey(settings.seed);
  const images = chooseImages(dataset, settings, { key, repetition: task.repetition });
  if (task.kind === 'limit') {
    return { batches: [], notes: limitAccuracy(settings, images, dataset.classes) };
  }
  return new NetworkShard(settings, task, context, dataset, images).compute();
}

/** A search for a rate and the training at the rate found. */
class NetworkShard {
  readonly #settings: TrainingSettings;
  readonly #task: NetworkTask;
  readonly #context: ShardContext;
  readonly #classes: number;
  readonly #images: { readonly train: LabelledImages; readonly test: LabelledImages };
  readonly #model: Model;
  readonly #seconds: { readonly trial: number; readonly final: number };
  readonly #totalSeconds: number;
  #doneSeconds = 0;
  #weights: Parameters | undefined;

  constructor(
    settings: TrainingSettings,
    task: NetworkTask,
    context: ShardContext,
    { imageShape, classes }: Dataset,
    images: { readonly train: LabelledImages; readonly test: LabelledImages },
  ) {
    this.#settings = settings;
    this.#task = task;
    this.#context = context;
    this.#classes = classes;
    this.#images = images;
    const inputs = imageShape.reduce((pixels, extent) => pixels * extent, 1);
    this.#model = modelOf(settings, task.size, { inputs, outputs: classes });
    this.#seconds = networkSeconds(settings, task.size);
    this.#totalSeconds = trialCount(settings) * this.#seconds.trial + this.#seconds.final;
  }

  async compute(): Promise<ShardContent> {
    const { rate, searchEpochs, epochs } = this.#settings;
    const journal = await Journal.open(this.#context);
    const train = asTensors(this.#images.train, this.#classes);
    const test = asTensors(this.#images.test, this.#classes);
    const { search: split } = splits(this.#settings);
    const parts: { readonly part: Part; readonly training: EndedTraining }[] = [];
    const run = async (part: Part) => {
      const training = await this.#train(part, parts.length, journal);
      parts.push({ part, training });
      return training;
    };

    const searched =
      rate === 'search'
        ? await searchRate(async (rate) => {
            const cut = cutForSearch(train, test, split.train);
            const trial = parts.length;
            const part = { phase: 'search', trial, rate, epochs: searchEpochs, ...cut } as const;
            return finalScore(await run(part));
          }, this.#grid())
        : undefined;
    const chosen = searched?.best.rate ?? (rate as number);
    const final = await run({
      phase: 'final',
      trial: 0,
      rate: chosen,
      epochs,
      train,
      evaluate: test,
    });
    await this.#saveWeights();
    const notes: NetworkNotes = {
      rate: chosen,
      atEdge: searched?.atEdge ?? null,
      divergedAt: final.divergedAt ?? null,
    };
    return { batches: parts.map(({ part, training }) => this.#rows(part, training)), notes };
  }

  #grid() {
    const { searchAdam, searchDescent, searchPoints, searchRefinements } = this.#settings;
    const [from, to] = partsOf(this.#task.method).adam ? searchAdam : searchDescent;
    return { from, to, points: searchPoints, refinements: searchRefinements };
  }

  async #train(part: Part, index: number, journal: Journal): Promise<EndedTraining> {
    const known = journal.ended(index);
    const seconds = this.#seconds[part.phase === 'search' ? 'trial' : 'final'];
    if (!known) {
      const training = await this.#runTraining(part, journal, seconds);
      journal.endTraining(training);
    }
    this.#doneSeconds += seconds;
    this.#context.progress(this.#doneSeconds / this.#totalSeconds);
    return journal.ended(index)!;
  }

  async #runTraining(part: Part, journal: Journal, seconds: number): Promise<EndedTraining> {
    const { phase, trial, rate, epochs, train: data, evaluate } = part;
    const { seed } = this.#settings;
    const { method, repetition } = this.#task;
    const parts = partsOf(method);
    const origin = { key: seedKey(seed), repetition };
    const { batch, order } = passesOf(this.#settings, parts, data.count, origin);
    const identity: Identity = { ...this.#task, phase, trial, rate };
    const resume = journal.takeCheckpoint(identity);
    const keepIfOver = ({ epoch, divergedAt, state }: Checkpoint) => {
      // Held any sooner, they would be a second copy beside the session's own.
      const over = epoch === epochs || divergedAt !== undefined;
      if (phase === 'final' && over) this.#weights = state.parameters;
    };
    if (resume) keepIfOver(resume);
    const { records, divergedAt } = await train({
      engine: await engine(this.#settings.engine, this.#context.device),
      job: jobOf(this.#model, parts, batch, data),
      initial: () => initialParameters(this.#model, origin),
      centred: parts.centred,
      epochs,
      rate,
      order,
      evaluate,
      onEpoch: async ({ checkpoint }) => {
        keepIfOver(checkpoint);
        const fraction = checkpoint.epoch / epochs;
        this.#context.progress((this.#doneSeconds + fraction * seconds) / this.#totalSeconds);
        await journal.endEpoch(checkpoint, identity);
      },
      ...(resume && { resume }),
    });
    return { records, ...(divergedAt !== undefined && { divergedAt }) };
  }

  async #saveWeights(): Promise<void> {
    const { saveWeights, seed } = this.#settings;
    if (saveWeights === 'none') return;
    const { repetition } = this.#task;
    const metadata = {
      settings: JSON.stringify(this.#settings),
      task: JSON.stringify(this.#task),
      versions: JSON.stringify(this.#context.versions),
    };
    const save = (moment: string, parameters: Parameters) =>
      this.#context.writeFile(
        `${moment}.safetensors`,
        encodeParameters(this.#model, parameters, { moment, ...metadata }),
      );
    await save('final', this.#weights!);
    if (saveWeights === 'both') {
      await save('initial', initialParameters(this.#model, { key: seedKey(seed), repetition }));
    }
  }

  /** The rows of a training; those of epochs after it diverged hold NaN. */
  #rows(
    { phase, trial, rate, epochs }: Part,
    { records, divergedAt = Infinity }: EndedTraining,
  ): Batch<TrainingTable> {
    const { size, method, repetition } = this.#task;
    const { optimizer, centred } = partsOf(method);
    const rows = epochs + 1;
    const evaluatedOn =
      phase === 'search' && this.#settings.tuneOn === 'held-out' ? 'held-out' : 'test';
    const numbers = (of: (record: EpochRecord) => number) =>
      Float64Array.from({ length: rows }, (_, epoch) => {
        const record = epoch < divergedAt ? records.at(epoch) : undefined;
        const value = record ? of(record) : NaN;
        return Number.isFinite(value) ? value : NaN;
      });
    return {
      rows,
      columns: {
        size: new Int32Array(rows).fill(size),
        optimizer: new Uint8Array(rows).fill(optimizers.indexOf(optimizer)),
        centred: new Uint8Array(rows).fill(centred ? 1 : 0),
        repetition: new Int32Array(rows).fill(repetition),
        phase: new Uint8Array(rows).fill(phases.indexOf(phase)),
        trial: new Int32Array(rows).fill(trial),
        rate: new Float64Array(rows).fill(rate),
        epoch: Int32Array.from({ length: rows }, (_, epoch) => epoch),
        trainLoss: numbers(({ trainLoss }) => trainLoss),
        evaluatedOn: new Uint8Array(rows).fill(evaluationSets.indexOf(evaluatedOn)),
        loss: numbers(({ testLoss }) => testLoss),
        accuracy: numbers(({ testLoss, testAccuracy }) =>
          Number.isFinite(testLoss) ? testAccuracy : NaN,
        ),
      },
    };
  }
}

/** For a search on held-out images: the first `count` images to train on, the others to judge by. */
function cutForSearch(
  train: LabelledSet,
  test: LabelledSet,
  count: number,
): { readonly train: LabelledSet; readonly evaluate: LabelledSet } {
  if (count === train.count) return { train, evaluate: test };
  return { train: rowsOf(train, 0, count), evaluate: rowsOf(train, count, train.count) };
}

function rowsOf(set: LabelledSet, from: number, to: number): LabelledSet {
  const part = (values: Float32Array) => {
    const width = values.length / set.count;
    return values.subarray(from * width, to * width);
  };
  return {
    count: to - from,
    images: part(set.images),
    targets: part(set.targets),
    labels: Array.prototype.slice.call(set.labels, from, to) as number[],
  };
}
