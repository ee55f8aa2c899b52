import { tanh } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import { functionSampler, kernelUrl } from '@resdiff/sampler';
import { readFileSync } from 'node:fs';
import type { Benchmark, Row } from '../benchmark.ts';
import { findPeer, missing, type Peer } from '../peers.ts';
import { cpuSeconds, inRounds, type Contestants } from '../rounds.ts';
import { ratios } from '../statistics.ts';

/** The work that is timed: so many draws of L = D = `size`, ours and the peer's, scaled to `DRAWS`. */
interface Contest {
  readonly size: number;
  readonly points: number;
  readonly draws: number;
  readonly peerDraws: number;
  /** CPU seconds that ours is to keep to. */
  readonly bar: string;
}

/** What the figures are for. */
const DRAWS = 10_000;
const OURS = 'resdiff, collapsed';
const ways = [
  { name: 'PyTorch, one network at a time', batch: 1 },
  { name: 'PyTorch, 4 networks at a time', batch: 4 },
];

/** The work of figure 4 of [PF22] beside a script that makes the weights. */
export const functions: Benchmark = {
  name: 'functions',
  description: `${DRAWS} draws of functions at 400 points of [-2, 2], tanh, one thread: CPU seconds`,
  async run({ rounds, quick }) {
    const contests: Contest[] = quick
      ? [{ size: 30, points: 40, draws: 20, peerDraws: 4, bar: '<= 7' }]
      : [
          { size: 100, points: 400, draws: 300, peerDraws: 16, bar: '<= 7' },
          { size: 500, points: 400, draws: 40, peerDraws: 4, bar: '<= 100' },
        ];
    const rows: Row[] = [];
    for (const own of contests) rows.push(...(await contest(own, rounds)));
    return rows;
  },
};

async function contest(own: Contest, rounds: number): Promise<Row[]> {
  const peer = await findPeer('torch');
  const contestants: Contestants<number> = {
    [OURS]: ourFunctions(own),
    ...(peer &&
      Object.fromEntries(ways.map(({ name, batch }) => [name, () => theirs(own, batch, peer)]))),
  };
  const values = await inRounds(rounds, contestants);
  const title = `L = D = ${own.size}`;
  const unit = `CPU s for ${DRAWS}`;
  return [
    { subject: `${title}: ${OURS}`, unit, values: values[OURS], bar: own.bar },
    ...ways.map(({ name }): Row => {
      const subject = `${title}: ${name}`;
      if (!peer) return { subject, unit, values: [], missing: missing.torch };
      return { subject, unit, values: values[name], ours: ratios(values[name], values[OURS]) };
    }),
  ];
}

/** Draws, and a share of choosing the nodes; warm from here on. */
function ourFunctions({ size, points, draws }: Contest): () => number {
  const module = new WebAssembly.Module(readFileSync(kernelUrl));
  const scales = { T: 1, sigmaW: 1, sigmaB: 1 };
  const network = { width: size, depth: size, activation: tanh, ...scales };
  const settings = { network, increment: 'recursion', key: seedKey(1), points } as const;
  const make = () => functionSampler(module, { ...settings, stream: streams.resnet });
  const sampler = make();
  const draw = () => {
    for (let index = 0; index < draws; index++) sampler.draw(index);
  };
  draw();
  return () => cpuSeconds(() => void make()) + (DRAWS / draws) * cpuSeconds(draw);
}

async function theirs(
  { size, points, peerDraws }: Contest,
  batch: number,
  peer: Peer,
): Promise<number> {
  const inputs = Array.from({ length: points }, (_, i) => (4 * i) / (points - 1) - 2);
  const { seconds } = await peer.run('recursion_torch.py', [
    ...['--width', size, '--depth', size, '--inputs', JSON.stringify(inputs)],
    ...['--draws', peerDraws, '--batch', batch],
  ]);
  return DRAWS * Number(seconds);
}
