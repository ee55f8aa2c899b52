import { detachedContext } from '@resdiff/runtime';
import { findExperiment } from '@resdiff/experiments';
import type { Row } from './benchmark.ts';
import { findPeer, missing, type Peer, type PeerModule } from './peers.ts';
import { cpuSeconds, inRounds, type Contestants } from './rounds.ts';
import { ratios } from './statistics.ts';

/** Draws of a tanh network with T = sigmaW = sigmaB = 1, as ours and the peers' scripts make them. */
export interface NetworkSize {
  readonly width: number;
  readonly depth: number;
  /** Every input is copied into all coordinates of the initial state. */
  readonly inputs: readonly number[];
}

export interface Contest {
  readonly size: NetworkSize;
  /** Draws a measurement, ours. */
  readonly draws: number;
  /** Draws a measurement of a peer. */
  readonly peerDraws: number;
  readonly rounds: number;
  readonly process: keyof typeof processes;
  /** What the rows are called. */
  readonly title: string;
  /** CPU milliseconds a draw that ours is to keep to. */
  readonly bar?: string;
}

/** The processes of the experiment `draws`, and the first word of the peers' scripts for each. */
const processes = { resnet: 'recursion', sde: 'sde' } as const;

/** How a peer can go about it, and in which bar ours is to be held against it. */
export interface PeerWay {
  readonly name: string;
  readonly module: PeerModule;
  /** Networks side by side. */
  readonly batch: number;
  /** How many times as fast ours is to be. */
  readonly bar?: string;
}

const OURS = 'resdiff, collapsed';

/** CPU milliseconds a draw, ours beside those of the peers. */
export async function contest(own: Contest, ways: readonly PeerWay[]): Promise<Row[]> {
  const found = await Promise.all(ways.map(({ module }) => findPeer(module)));
  const contestants: Contestants<number> = {
    [OURS]: ourDraws(own),
    ...Object.fromEntries(
      ways.flatMap((way, i) => {
        const peer = found[i];
        return peer ? [[way.name, () => peerDraws(own, way, peer)]] : [];
      }),
    ),
  };
  const values = await inRounds(own.rounds, contestants);
  const row = { unit: 'CPU ms a draw' };
  return [
    {
      ...row,
      subject: `${own.title}: ${OURS}`,
      values: values[OURS],
      ...(own.bar && { bar: own.bar }),
    },
    ...ways.map(({ name, module, bar }, i): Row => {
      const subject = `${own.title}: ${name}`;
      if (!found[i]) return { ...row, subject, values: [], missing: missing[module] };
      const ours = ratios(values[name], values[OURS]);
      return { ...row, subject, values: values[name], ours, ...(bar && { bar }) };
    }),
  ];
}

/** Shards of the experiment `draws`, as `resdiff run` computes them; warm from here on. */
function ourDraws({ size, process, draws }: Contest): () => number {
  const experiment = findExperiment('draws')!;
  const settings = experiment.settings.parse({ ...size, activation: 'tanh', draws });
  const compute = () =>
    void experiment.compute(settings, { process, first: 0, count: draws }, detachedContext());
  compute();
  return () => (1000 * cpuSeconds(compute)) / draws;
}

async function peerDraws(
  { size, process, peerDraws: draws }: Contest,
  { module, batch }: PeerWay,
  peer: Peer,
): Promise<number> {
  const result = await peer.run(`${processes[process]}_${module}.py`, [
    ...['--width', size.width],
    ...['--depth', size.depth],
    ...['--inputs', JSON.stringify(size.inputs)],
    ...['--draws', Math.ceil(draws / batch) * batch],
    ...['--batch', batch],
  ]);
  return 1000 * Number(result.seconds);
}
