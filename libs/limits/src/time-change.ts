import type { ParameterDrift, ParameterLaw } from '@resdiff/networks';

/**
 * The law under which a network over time `to` is, layer by layer, the network of `law` over time
 * `from`: covariances and drifts grow by c = from/to ([PF22], Remark 3.2). So T = 1 is no loss.
 *
 * @throws {RangeError} if a time is not positive.
 */
export function changeTime<Law extends ParameterLaw>(law: Law, from: number, to: number): Law;
export function changeTime(law: ParameterLaw, from: number, to: number): ParameterLaw {
  for (const time of [from, to]) {
    if (!(time > 0 && time < Infinity)) {
      throw new RangeError(`The time is ${time}; it must be a positive number.`);
    }
  }
  const factor = from / to;
  const scaled = (values: Float64Array) => values.map((value) => factor * value);
  const { weightDrift, biasDrift } = law;
  const drift: ParameterDrift = {
    ...(weightDrift && { weightDrift: scaled(weightDrift) }),
    ...(biasDrift && { biasDrift: scaled(biasDrift) }),
  };
  const root = Math.sqrt(factor);
  switch (law.kind) {
    case 'iid':
      return { ...law, ...drift, sigmaW: root * law.sigmaW, sigmaB: root * law.sigmaB };
    case 'matrix-gaussian':
      return {
        ...law,
        ...drift,
        outputCovariance: scaled(law.outputCovariance),
        biasCovariance: scaled(law.biasCovariance),
      };
    case 'general':
      return {
        ...law,
        ...drift,
        weightCovariance: scaled(law.weightCovariance),
        biasCovariance: scaled(law.biasCovariance),
      };
  }
}
