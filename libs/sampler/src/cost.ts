import { isSimd } from './kernel.ts';
import { usesPair } from './collapsed.ts';
import type { NetworkDraws } from './sampler.ts';

/** What one collapsed draw takes. */
export interface DrawCost {
  /** Standard normals drawn, at full rank. */
  readonly normals: number;
  /** CPU seconds on one core of a server of about 2023. */
  readonly seconds: number;
  /** Working memory of the kernel, bytes. */
  readonly bytes: number;
}

/** Seconds a number, measured by benchmarks/. */
const NORMAL = 2.6e-9;
const HOST_ACTIVATION = 5e-8;
const PRODUCT = 3e-10;

/** The cost of one draw of the collapsed sampler. */
export function collapsedCost({ network, increment, initial }: NetworkDraws): DrawCost {
  const { width, depth, activation } = network;
  const inputs = initial.length;
  const padding = usesPair(initial) ? 16 : 8;
  const padded = Math.ceil(width / padding) * padding;
  const rank = Math.min(inputs, width + 1);
  const normals = depth * padded * rank;
  // Of normals and the factor's rows, and of states: a pivot's with those that are not pivots yet.
  const perCoordinate = rank * inputs + rank * (inputs - rank / 2);
  const products = usesPair(initial) ? 0 : depth * padded * perCoordinate;
  const onHost = increment === 'recursion' && !isSimd(activation) ? depth * padded * inputs : 0;
  const table = 4 * padded * inputs;
  const buffers = usesPair(initial) ? 24 * padded : padded * 24 * inputs + 12 * inputs ** 2;
  return {
    normals,
    seconds: normals * NORMAL + products * PRODUCT + onHost * HOST_ACTIVATION + 1e-6,
    bytes: table + buffers,
  };
}
