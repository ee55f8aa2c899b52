import { edgeOfChaosPoints } from '@resdiff/limits';
import { findActivation, type Activation } from '@resdiff/networks';
import { EDGE_OF_CHAOS, eachActivation, type FunctionsSettings } from './settings.ts';

/** One of the networks of a run. */
export interface FunctionNetwork {
  readonly activation: Activation;
  readonly depth: number;
  readonly width: number;
  readonly sigmaW: number;
  readonly sigmaB: number;
}

/** The networks of a run: every activation with every depth and every width, in this order. */
export function networksOf(settings: FunctionsSettings): FunctionNetwork[] {
  return settings.activations.flatMap((name, i) => {
    const activation = findActivation(name)!;
    const scales = scalesOf(settings, activation, i);
    return settings.depths.flatMap((depth) =>
      settings.widths.map((width) => ({ activation, depth, width, ...scales })),
    );
  });
}

function scalesOf(settings: FunctionsSettings, activation: Activation, i: number) {
  const sigmaW = eachActivation(settings.sigmaW, i);
  const sigmaB = eachActivation(settings.sigmaB, i);
  return { sigmaW: sigmaW === EDGE_OF_CHAOS ? edgeOfChaos(activation, sigmaB) : sigmaW, sigmaB };
}

/** The sigma_w of the first edge of chaos whose variance attracts others, or of the first. */
function edgeOfChaos(activation: Activation, sigmaB: number): number {
  const points = edgeOfChaosPoints(activation, sigmaB);
  return (points.find(({ varianceSlope }) => varianceSlope <= 1) ?? points[0]).sigmaW;
}

/** The inputs z at which every draw is kept. */
export function tableInputs({ interval, tablePoints }: FunctionsSettings): Float64Array {
  return evenlySpaced(interval, tablePoints);
}

/** The inputs z of a whole function. */
export function curveInputs({ interval, points }: FunctionsSettings): Float64Array {
  return evenlySpaced(interval, points);
}

/** Both ends included, exactly; the middle of an interval around 0 is 0. */
function evenlySpaced([from, to]: readonly [number, number], count: number): Float64Array {
  const last = count - 1;
  return Float64Array.from({ length: count }, (_, i) => (from * (last - i) + to * i) / last);
}
