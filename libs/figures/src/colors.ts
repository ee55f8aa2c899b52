/** Red, green and blue, from 0 to 255. */
export type Rgb = [red: number, green: number, blue: number];

/** How many colours a scheme has. */
export const schemeSize = 255;

/** The colours that a scheme runs through, with equal steps between them. */
const anchors = {
  sequential: ['#10204f', '#1f5f8f', '#1f9a86', '#86c65a', '#f6ea7c'],
  diverging: ['#0b3a66', '#2f86c1', '#f7f7f7', '#de7a2e', '#7f2704'],
};

/** The colours of a scheme in order, with even steps to the eye between its anchors. */
export function schemeColors(scheme: keyof typeof anchors): Rgb[] {
  const through = anchors[scheme].map((hex) => toOklab(parseHex(hex)));
  return Array.from({ length: schemeSize }, (_, i) => {
    const position = (i / (schemeSize - 1)) * (through.length - 1);
    const from = Math.min(Math.floor(position), through.length - 2);
    const share = position - from;
    return toRgb(through[from].map((value, k) => value + share * (through[from + 1][k] - value)));
  });
}

function parseHex(hex: string): Rgb {
  return [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16)) as Rgb;
}

/** Linear light to the responses of the three cones, and these to lightness and two hues. */
const toCones = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
];
const toHues = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
];
const fromHues = [
  [1, 0.3963377774, 0.2158037573],
  [1, -0.1055613458, -0.0638541728],
  [1, -0.0894841775, -1.291485548],
];
const fromCones = [
  [4.0767416621, -3.3077115913, 0.2309699292],
  [-1.2684380046, 2.6097574011, -0.3413193965],
  [-0.0041960863, -0.7034186147, 1.707614701],
];

/** Ottosson ("A perceptual color space for image processing", 2020). */
function toOklab(rgb: Rgb): number[] {
  const light = rgb.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return times(toHues, times(toCones, light).map(Math.cbrt));
}

function toRgb(oklab: number[]): Rgb {
  const cones = times(fromHues, oklab).map((root) => root ** 3);
  return times(fromCones, cones).map((light) => {
    const share = light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
    return Math.round(255 * Math.min(1, Math.max(0, share)));
  }) as Rgb;
}

function times(matrix: number[][], vector: number[]): number[] {
  return matrix.map((row) => row.reduce((sum, entry, k) => sum + entry * vector[k], 0));
}
