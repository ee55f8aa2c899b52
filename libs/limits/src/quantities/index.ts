import { assumptions } from './assumptions.ts';
import { completedKernels } from './completed-kernels.ts';
import { convolutionalMoments } from './convolutional-moments.ts';
import { correlationMap } from './correlation-map.ts';
import { edgeOfChaos } from './edge-of-chaos.ts';
import { explosionTimes } from './explosion-time.ts';
import { finiteWidth } from './finite-width.ts';
import { instantaneousMoments } from './instantaneous-moments.ts';
import { jacobian } from './jacobian.ts';
import { kernels } from './kernels.ts';
import { moments, networkMoments } from './moments.ts';
import { networkNtk, ntk } from './ntk.ts';
import type { LimitQuantity } from './quantity.ts';
import { timeChange } from './time-change.ts';
import { transition } from './transition.ts';

/** Every quantity, in the order in which they are listed to users. */
export const limitQuantities: readonly LimitQuantity[] = [
  assumptions,
  instantaneousMoments,
  timeChange,
  explosionTimes,
  moments,
  networkMoments,
  transition,
  kernels,
  ntk,
  networkNtk,
  completedKernels,
  jacobian,
  edgeOfChaos,
  correlationMap,
  convolutionalMoments,
  finiteWidth,
];

/** The quantity of this name. */
export function findLimitQuantity(name: string): LimitQuantity | undefined {
  return limitQuantities.find((quantity) => quantity.name === name);
}

export { dataOf, LimitParameterError } from './parameter.ts';
export {
  parametersBeside,
  type LimitQuantity,
  type ParameterDescription,
  type QuantityRow,
} from './quantity.ts';
