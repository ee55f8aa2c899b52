import { normals as definition, seedKey, streams } from '@resdiff/random';
import { instantiateKernel, kernelUrl } from '@resdiff/sampler';
import { readFileSync } from 'node:fs';
import type { Benchmark, Row } from '../benchmark.ts';
import { findPeer, missing, type PeerModule } from '../peers.ts';
import { cpuSeconds, inRounds, type Contestants } from '../rounds.ts';
import { ratios } from '../statistics.ts';

/** Numbers a call, into one buffer: 64 KiB of f32, which a core's own cache holds. */
const COUNT = 16_384;
const key = seedKey(1);

const OURS = 'resdiff, WebAssembly SIMD';

const peers: readonly { name: string; module: PeerModule; args: readonly string[] }[] = [
  { name: 'PyTorch randn, f32', module: 'torch', args: ['cpu'] },
  { name: 'NumPy PCG64 (its default), f32', module: 'numpy', args: ['PCG64'] },
  { name: 'NumPy SFC64, f32', module: 'numpy', args: ['SFC64'] },
];

export const normals: Benchmark = {
  name: 'normals',
  description: 'Millions of N(0, 1) numbers a CPU second, one thread, into a buffer of 64 KiB',
  async run({ rounds, quick }) {
    const calls = quick ? 20 : 10_000;
    const plain = 'libs/random, plain JavaScript, f64';
    const found = await Promise.all(peers.map(({ module }) => findPeer(module)));
    const contestants: Contestants<number> = {
      [OURS]: rate(kernelNormals(), calls),
      [plain]: rate(plainNormals, Math.ceil(calls / 50)),
      ...Object.fromEntries(
        peers.flatMap(({ name, module, args }, i) => {
          const peer = found[i];
          if (!peer) return [];
          const measure = async () => {
            const counts = [COUNT, Math.ceil(calls / 4)];
            const { perSecond } = await peer.run(`normals_${module}.py`, [...args, ...counts]);
            return Number(perSecond) / 1e6;
          };
          return [[name, measure]];
        }),
      ),
    };
    const values = await inRounds(rounds, contestants);
    const unit = 'M a CPU second';
    const beside = (subject: string): Row => ({
      subject,
      unit,
      values: values[subject],
      ours: ratios(values[OURS], values[subject]),
    });
    return [
      { subject: OURS, unit, values: values[OURS] },
      ...peers.map(({ name: subject, module }, i) =>
        found[i] ? beside(subject) : { subject, unit, values: [], missing: missing[module] },
      ),
      beside(plain),
    ];
  },
};

/** Millions of numbers a CPU second of `fill`, which makes the numbers of a draw; warm from here on. */
function rate(fill: (draw: number) => void, calls: number): () => number {
  const run = () => {
    for (let draw = 0; draw < calls; draw++) fill(draw);
  };
  run();
  return () => (COUNT * calls) / cpuSeconds(run) / 1e6;
}

function kernelNormals(): (draw: number) => void {
  const { exports } = instantiateKernel(new WebAssembly.Module(readFileSync(kernelUrl)));
  const groups = COUNT / 16;
  exports.setSeed(key[0], key[1]);
  exports.reserveGroups(groups);
  const at = exports.reserve(4 * COUNT);
  exports.startDraw(0, streams.resnet);
  return (draw) => {
    exports.startLayer(draw);
    exports.normals(at, groups);
  };
}

function plainNormals(draw: number): void {
  definition({ key, stream: streams.resnet, draw, layer: 0 }, COUNT);
}
