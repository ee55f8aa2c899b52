import type { NetworkSize } from '../network-draws.ts';
import type { GpuPeer } from './contest.ts';
import type { Facts } from './jobs.ts';

/** Draws by a script of peers/ on a GPU, in place of `draws` of ours. */
export interface PeerDraws {
  readonly name: string;
  readonly script: string;
  readonly size: NetworkSize | ((facts: Facts) => NetworkSize);
  /** Networks side by side, and in all. */
  readonly batch: number;
  readonly draws: number;
  readonly args?: readonly (string | number)[];
}

/** @param draws of ours, which the seconds are those of. */
export function peerDraws(
  { name, script, size, batch, draws: drawn, args = [] }: PeerDraws,
  draws: number,
): GpuPeer {
  return {
    name,
    async measure(peer, facts) {
      const { width, depth, inputs } = typeof size === 'function' ? size(facts) : size;
      const { seconds } = await peer.run(script, [
        ...['--width', width, '--depth', depth, '--inputs', JSON.stringify(inputs)],
        ...['--draws', drawn, '--batch', batch, '--device', 'cuda', ...args],
      ]);
      return { seconds: draws * Number(seconds) };
    },
  };
}
