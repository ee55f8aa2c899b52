import { copiedInput, tanh } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import { kernelUrl, ntkSampler } from '@resdiff/sampler';
import { readFileSync } from 'node:fs';
import type { Benchmark, Row } from '../benchmark.ts';
import type { NetworkSize } from '../network-draws.ts';
import { findPeer, missing, type Peer } from '../peers.ts';
import { cpuSeconds, inRounds, type Contestants } from '../rounds.ts';
import { ratios } from '../statistics.ts';

const OURS = 'resdiff, without weights';
const PEER = 'PyTorch, one network at a time';

/** Empirical tangent kernels beside a script that makes the weights and keeps them for the way back. */
export const ntk: Benchmark = {
  name: 'ntk',
  description: 'Tangent kernels of two inputs, tanh, L = D = 500, one thread',
  async run({ rounds, quick }) {
    const size = { width: quick ? 50 : 500, depth: quick ? 20 : 500, inputs: [1, 2] };
    const counts = quick ? { draws: 20, peerDraws: 4 } : { draws: 200, peerDraws: 2 };
    const found = await findPeer('torch');
    const contestants: Contestants<number> = {
      [OURS]: ourDraws(size, counts.draws),
      ...(found && { [PEER]: () => peerDraws(size, counts.peerDraws, found) }),
    };
    const values = await inRounds(rounds, contestants);
    const unit = 'CPU ms a draw';
    const peer: Row = found
      ? { subject: PEER, unit, values: values[PEER], ours: ratios(values[PEER], values[OURS]) }
      : { subject: PEER, unit, values: [], missing: missing.torch };
    return [{ subject: OURS, unit, values: values[OURS], bar: '<= 4.5' }, peer];
  },
};

/** CPU milliseconds a draw; warm from here on. */
function ourDraws({ width, depth, inputs }: NetworkSize, draws: number): () => number {
  const sampler = ntkSampler(new WebAssembly.Module(readFileSync(kernelUrl)), {
    network: { width, depth, T: 1, sigmaW: 1, sigmaB: 1, activation: tanh },
    initial: inputs.map((z) => copiedInput(z, width)),
    key: seedKey(1),
    stream: streams.ntk,
  });
  const compute = () => {
    for (let index = 0; index < draws; index++) sampler.draw(index);
  };
  compute();
  return () => (1000 * cpuSeconds(compute)) / draws;
}

async function peerDraws(
  { width, depth, inputs }: NetworkSize,
  draws: number,
  peer: Peer,
): Promise<number> {
  const { seconds } = await peer.run('ntk_torch.py', [
    ...['--width', width, '--depth', depth, '--draws', draws],
    ...['--inputs', JSON.stringify(inputs)],
  ]);
  return 1000 * Number(seconds);
}
