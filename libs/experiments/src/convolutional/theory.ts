import {
  convolutionalEulerMeanField,
  convolutionalLimit,
  convolutionalMeanField,
  copiedInputsMeanField,
  limitParameters,
  NoConvolutionalLimitError,
  type MeanField,
} from '@resdiff/limits';
import { diffusionLimit } from '@resdiff/networks';
import { inputsOf, networkOf, type Case, type ConvolutionalSettings } from './settings.ts';

/** What theory says of the moments at all sites, and which theory. */
export interface Prediction {
  readonly source: string;
  readonly moments: MeanField;
}

/** At the depth of a case, with only the channels taken to infinity. */
export function finiteDepthPrediction(
  settings: ConvolutionalSettings,
  { process, size }: Case,
): Prediction {
  const network = networkOf(settings, size);
  const { activation, T, convolution } = network;
  const start = copiedInputsMeanField(inputsOf(settings));
  const scheme = () => ({ ...limitParameters(activation, network), convolution });
  return {
    source: `mean field of the ${process === 'sde' ? 'Euler scheme' : 'recursion'}, D = infinity, L = ${size}`,
    moments:
      process === 'sde'
        ? convolutionalEulerMeanField(start, scheme(), T, size)
        : convolutionalMeanField(start, activation, network, T, size),
  };
}

/** Of the doubly infinite limit; undefined if there is none at T. */
export function limitPrediction(settings: ConvolutionalSettings): Prediction | undefined {
  const network = networkOf(settings, 1);
  const { activation, T, convolution } = network;
  if (!diffusionLimit(activation).exists) return undefined;
  const parameters = { ...limitParameters(activation, network), convolution };
  try {
    const moments = convolutionalLimit(copiedInputsMeanField(inputsOf(settings)), parameters, T);
    return { source: 'limit, D = L = infinity ([PF22], section 3.2)', moments };
  } catch (error) {
    if (error instanceof NoConvolutionalLimitError) return undefined;
    throw error;
  }
}
