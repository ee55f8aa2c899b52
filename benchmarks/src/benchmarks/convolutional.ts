import { copiedInput, tanh } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import { convolutionalSampler, kernelUrl } from '@resdiff/sampler';
import { readFileSync } from 'node:fs';
import type { Benchmark, Row } from '../benchmark.ts';
import { findPeer, missing, type Peer } from '../peers.ts';
import { cpuSeconds, inRounds } from '../rounds.ts';
import { ratios } from '../statistics.ts';

/** Draws of L = D = `size` for an image of ones, so many a side. */
interface Contest {
  readonly size: number;
  readonly side: number;
  readonly draws: number;
  readonly peerDraws: number;
}

const KERNEL = 3;
const OURS = 'resdiff, collapsed';
const ways = [
  { name: 'PyTorch, one network at a time', batch: 1 },
  { name: 'PyTorch, 4 networks at a time', batch: 4 },
];

/** The work of the pipeline `convolutional` beside a script that makes the weights. */
export const convolutional: Benchmark = {
  name: 'convolutional',
  description: 'Draws of convolutional networks, 8 x 8 sites, patches of 3 x 3, tanh, one thread',
  async run({ rounds, quick }) {
    const contests: Contest[] = quick
      ? [{ size: 12, side: 3, draws: 4, peerDraws: 4 }]
      : [
          { size: 50, side: 8, draws: 100, peerDraws: 24 },
          { size: 200, side: 8, draws: 10, peerDraws: 4 },
        ];
    const rows: Row[] = [];
    for (const own of contests) rows.push(...(await contest(own, rounds)));
    return rows;
  },
};

async function contest(own: Contest, rounds: number): Promise<Row[]> {
  const peer = await findPeer('torch');
  const values = await inRounds(rounds, {
    [OURS]: ourDraws(own),
    ...(peer &&
      Object.fromEntries(ways.map(({ name, batch }) => [name, () => theirs(own, batch, peer)]))),
  });
  const title = `convolutional, L = D = ${own.size}`;
  const unit = 'CPU ms a draw';
  return [
    { subject: `${title}: ${OURS}`, unit, values: values[OURS] },
    ...ways.map(({ name }): Row => {
      const subject = `${title}: ${name}`;
      if (!peer) return { subject, unit, values: [], missing: missing.torch };
      return { subject, unit, values: values[name], ours: ratios(values[name], values[OURS]) };
    }),
  ];
}

/** Warm from here on. */
function ourDraws({ size, side, draws }: Contest): () => number {
  const sampler = convolutionalSampler(new WebAssembly.Module(readFileSync(kernelUrl)), {
    network: {
      ...{ width: size, depth: size, T: 1, sigmaW: 1, sigmaB: 1, activation: tanh },
      convolution: { rows: side, columns: side, kernel: KERNEL, patchScaling: 'fan-in' },
    },
    increment: 'recursion',
    initial: Array.from({ length: side ** 2 }, () => copiedInput(1, size)),
    key: seedKey(1),
    stream: streams.resnet,
    keep: size,
  });
  const draw = () => {
    for (let index = 0; index < draws; index++) sampler.draw(index);
  };
  draw();
  return () => (1000 * cpuSeconds(draw)) / draws;
}

async function theirs(
  { size, side, peerDraws }: Contest,
  batch: number,
  peer: Peer,
): Promise<number> {
  const image = Array.from({ length: side }, () => new Array<number>(side).fill(1));
  const { seconds } = await peer.run('convolutional_torch.py', [
    ...['--width', size, '--depth', size, '--inputs', JSON.stringify(image)],
    ...['--kernel', KERNEL, '--draws', peerDraws, '--batch', batch],
  ]);
  return 1000 * Number(seconds);
}
