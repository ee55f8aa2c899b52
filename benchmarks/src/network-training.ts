import { tanh } from '@resdiff/networks';
import { normals, seedKey, streams } from '@resdiff/random';
import {
  initialParameters,
  onnxEngine,
  type Model,
  type Parameters,
  type TrainingSet,
} from '@resdiff/trainer';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Row } from './benchmark.ts';
import { findPeer, missing, runPeer } from './peers.ts';
import { cpuSecondsOf, inRounds, type Contestants } from './rounds.ts';
import { ratios } from './statistics.ts';

export interface Contest {
  /** Width and depth. */
  readonly size: number;
  /** Images of the training set. */
  readonly count: number;
  readonly batch: number;
  /** Steps before the timing, and in it. */
  readonly warmup: number;
  readonly steps: number;
  readonly rounds: number;
  /** What the rows are called. */
  readonly title: string;
}

/** How PyTorch goes about it, and in which bar ours is to be held against it. */
export interface PeerWay {
  readonly name: string;
  readonly way: 'autograd' | 'by-hand';
  /** How many times as fast ours is to be. */
  readonly bar?: string;
}

/** What one measurement gives. */
interface Measurement {
  /** CPU milliseconds a step. */
  readonly time: number;
  /** Of all steps, the first ones too. */
  readonly losses: readonly number[];
}

const OURS = 'resdiff, ONNX Runtime';
const INPUTS = 784;
const OUTPUTS = 10;
const RATE = 0.5;

/**
 * CPU milliseconds a step, ours beside those of PyTorch from the same parameters on the same data.
 *
 * @throws Error if their losses are not ours.
 */
export async function contest(own: Contest, ways: readonly PeerWay[]): Promise<Row[]> {
  const { title, rounds } = own;
  const peer = findPeer('torch');
  const model = modelOf(own.size);
  const data = randomSet(own.count);
  const parameters = initialParameters(model, { key: seedKey(1), repetition: 0 });
  const scratch = mkdtempSync(join(tmpdir(), 'resdiff-bench-'));
  const file = join(scratch, 'problem.f32');
  const ours = await openOurs(own, model, data, parameters);
  try {
    writeFileSync(file, bytesOf(data, parameters));
    const contestants: Contestants<Measurement> = {
      [OURS]: ours.measure,
      ...(peer &&
        Object.fromEntries(
          ways.map(({ name, way }) => [
            name,
            () => {
              const output = runPeer(peer, 'training_torch.py', [
                way,
                file,
                ...['--width', own.size, '--depth', own.size],
                ...['--count', own.count, '--batch', own.batch],
                ...['--warmup', own.warmup, '--steps', own.steps, '--rate', RATE],
              ]);
              return {
                time: 1000 * Number(output.cpuSeconds),
                losses: output.losses as number[],
              };
            },
          ]),
        )),
    };
    const measured = await inRounds(rounds, contestants);
    for (const [name, measurements] of Object.entries(measured)) {
      for (const { losses } of measurements) {
        checkSame(`${title}: ${name}`, losses, measured[OURS][0].losses);
      }
    }
    const times = (name: string) => measured[name].map(({ time }) => time);
    const unit = 'CPU ms a step';
    return [
      { subject: `${title}: ${OURS}`, unit, values: times(OURS) },
      ...ways.map(({ name, bar }): Row => {
        const subject = `${title}: ${name}`;
        if (!peer) return { subject, unit, values: [], missing: missing.torch };
        const ratio = ratios(times(name), times(OURS));
        return { subject, unit, values: times(name), ours: ratio, ...(bar && { bar }) };
      }),
    ];
  } finally {
    await ours.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

function modelOf(size: number): Model {
  return {
    network: {
      width: size,
      depth: size,
      inputs: INPUTS,
      outputs: OUTPUTS,
      T: 1,
      activation: tanh,
      sigmaW: 1,
      sigmaB: 0.1,
      sigmaZ: INPUTS ** -0.5,
      sigmaY: 1,
    },
    loss: 'mse',
    gradients: 'reparametrised',
    trains: { input: true, output: true },
  };
}

/** Images with as many dark pixels as digits have, and classes in turn. */
function randomSet(count: number): TrainingSet {
  const pixels = normals(
    { key: seedKey(2), stream: streams.resnet, draw: 0, layer: 0 },
    count * INPUTS,
  );
  const targets = new Float32Array(count * OUTPUTS);
  for (let image = 0; image < count; image++) targets[image * OUTPUTS + (image % OUTPUTS)] = 1;
  return {
    count,
    images: Float32Array.from(pixels, (x) => Math.min(1, Math.max(0, x - 0.8))),
    targets,
  };
}

async function openOurs(
  { count, batch, warmup, steps }: Contest,
  model: Model,
  data: TrainingSet,
  parameters: Parameters,
) {
  const engine = await onnxEngine();
  const optimizer = { kind: 'gradient-descent' } as const;
  const session = await engine.open({ model, optimizer, batch, data });
  const order = Int32Array.from({ length: (warmup + steps) * batch }, (_, row) => row % count);
  return {
    measure: async (): Promise<Measurement> => {
      await session.load({ step: 0, parameters });
      const losses = [...(await session.run(order.subarray(0, warmup * batch), RATE))];
      const seconds = await cpuSecondsOf(async () => {
        losses.push(...(await session.run(order.subarray(warmup * batch), RATE)));
      });
      return { time: (1000 * seconds) / steps, losses };
    },
    close: () => session.close(),
  };
}

/** The training set and the parameters, as the peers read them. */
function bytesOf({ images, targets }: TrainingSet, parameters: Parameters): Buffer {
  const arrays = [images, targets, ...Object.values(parameters)];
  return Buffer.concat(
    arrays.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  );
}

/** Rounding parts two trainings by some 1e-6 in the first steps. */
function checkSame(name: string, losses: readonly number[], expected: readonly number[]): void {
  const parts = expected.map((loss, step) => Math.abs(losses[step] / loss - 1));
  const apart = Math.max(...parts.slice(0, 10));
  if (losses.length !== expected.length || !(apart < 1e-4)) {
    throw new Error(
      `${name} does other work: its losses begin ${losses.slice(0, 3).join(', ')} and not ` +
        expected.slice(0, 3).join(', '),
    );
  }
}
