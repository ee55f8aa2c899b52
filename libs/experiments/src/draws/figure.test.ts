import { renderSvg } from '@resdiff/figures';
import { describe, expect, it } from 'vitest';
import { samplesOf, settingsOf } from '../../test/support.ts';
import { drawsFigure } from './figure.ts';
import type { ProcessSamples } from './samples.ts';
import type { DrawsSettings } from './settings.ts';

/** Every text of the figure, undefined where there is no figure. */
async function textsOf(settings: DrawsSettings, samples?: readonly ProcessSamples[]) {
  const spec = drawsFigure(settings, samples ?? (await samplesOf(settings)));
  if (!spec) return undefined;
  const svg = await renderSvg(spec);
  expect(svg).not.toContain('NaN');
  return [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
}

/** The titles of the panels. */
const panelsOf = (texts: readonly string[] | undefined) =>
  texts?.filter((text) => text === 'joint density' || text.startsWith('z = '));

describe('the figure', () => {
  it('has a joint panel, one for each input, and says what was drawn', async () => {
    const texts = await textsOf(settingsOf({ T: 2, sigmaB: 0.5, draws: 1234 }));
    expect(panelsOf(texts)).toEqual(['joint density', 'z = 0', 'z = 1']);
    expect(texts).toEqual(
      expect.arrayContaining([
        'First coordinate of the final state',
        'tanh, L = D = 20, T = 2, σw = 1, σb = 0.5, 1,234 draws; contours around 10, 30, 50, 70, 90 and 97 % of them',
        'residual network',
        'diffusion (Euler scheme)',
        'infinite limit',
        'x₁(T) at z = 0',
        'x₁(T) at z = 1',
      ]),
    );
  });

  it('of pooled coordinates says so', async () => {
    const texts = await textsOf(settingsOf({ coordinates: 'all', depth: 30, processes: 'sde' }));
    expect(texts).toContain('A coordinate (all pooled) of the final state');
    expect(texts).toContain(
      'tanh, L = 30, D = 20, T = 1, σw = σb = 1, 100 draws; contours around 10, 30, 50, 70, 90 and 97 % of them',
    );
    expect(texts).toContain('x(T) at z = 1');
    expect(texts).not.toContain('residual network');
  });

  it('has wider bars of fewer draws', async () => {
    const bars = async (draws: number) => {
      const settings = settingsOf({ inputs: 1, processes: 'limit', draws });
      const svg = await renderSvg(drawsFigure(settings, await samplesOf(settings))!);
      return /histogram0-steps.*?<path d="([^"]*)"/.exec(svg)![1].split('L').length;
    };
    expect(await bars(100)).toBeLessThan(await bars(1000));
  });

  it('of one input has one panel', async () => {
    const texts = await textsOf(settingsOf({ inputs: -2 }));
    expect(panelsOf(texts)).toEqual(['z = −2']);
    expect(texts).toContain('tanh, L = D = 20, T = 1, σw = σb = 1, 100 draws');
    expect(texts).toContain('x₁(T) at z = −2');
  });

  it('has contours that close within their panel, of few draws too', async () => {
    const settings = settingsOf({ inputs: [-1, 1], draws: 100 });
    const svg = await renderSvg(drawsFigure(settings, await samplesOf(settings))!);
    const groups = [...svg.matchAll(/contours\d-lines(.*?)<\/g>/gs)].map(([group]) => group);
    expect(groups).toHaveLength(3);
    const paths = groups.flatMap((group) =>
      [...group.matchAll(/ d="([^"]*)"/g)].map(([, path]) => path),
    );
    const coordinates = paths.flatMap((path) => path.match(/[\d.]+/g)!.map(Number));
    expect(Math.min(...coordinates)).toBeGreaterThan(0);
    expect(Math.max(...coordinates)).toBeLessThan(236);
  });

  it('of many inputs has twelve panels, from the first to the last', async () => {
    const inputs = Array.from({ length: 30 }, (_, i) => i);
    const given = { inputs, depth: 2, processes: 'resnet' };
    const panels = panelsOf(await textsOf(settingsOf(given)));
    expect(panels).toHaveLength(13);
    expect(panels?.[1]).toBe('z = 0');
    expect(panels?.at(-1)).toBe('z = 29');
  });

  it('leaves out an input that does not vary, and with it the joint density', async () => {
    expect(panelsOf(await textsOf(settingsOf({ sigmaB: 0 })))).toEqual(['z = 1']);
  });

  it('leaves out a process without finite draws', async () => {
    const texts = await textsOf(settingsOf({ activation: 'swish', T: 20, depth: 50 }));
    expect(panelsOf(texts)).toEqual(['joint density', 'z = 0', 'z = 1']);
    expect(texts).toContain('residual network');
    expect(texts).not.toContain('infinite limit');
  });

  it.each([
    ['nothing varies', { sigmaW: 0, sigmaB: 0 }],
    ['there is one draw', { draws: 1 }],
  ])('is absent where %s', async (_, given) => {
    expect(await textsOf(settingsOf(given))).toBeUndefined();
  });

  it('is not blurred away by a few values far outside', async () => {
    const settings = settingsOf({ draws: 3000, processes: 'sde' });
    const samples = await samplesOf(settings);
    const curves = (texts: readonly string[] | undefined) =>
      texts?.filter((text) => /^0\.\d+$/.test(text));
    const undisturbed = curves(await textsOf(settings, samples));
    const outlier = (column: Float32Array) => column.with(7, 3e38);
    const disturbed = samples.map((each) => ({ ...each, values: each.values.map(outlier) }));
    expect(curves(await textsOf(settings, disturbed))).toEqual(undisturbed);
  });
});
