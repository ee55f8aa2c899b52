import { describe, expect, it } from 'vitest';
import { patchLaw, patchSites } from './convolution.ts';

const image = { rows: 3, columns: 4, kernel: 3, patchScaling: 'none' } as const;

describe('the sites of patches', () => {
  it('are those of a window about the site, none outside of the image', () => {
    const sites = patchSites(image);
    const patch = (site: number) => [...sites.subarray(9 * site, 9 * site + 9)];
    expect(patch(0)).toEqual([-1, -1, -1, -1, 0, 1, -1, 4, 5]);
    expect(patch(5)).toEqual([0, 1, 2, 4, 5, 6, 8, 9, 10]);
    expect(patch(11)).toEqual([6, 7, -1, 10, 11, -1, -1, -1, -1]);
  });

  it('are the site itself with a kernel of 1, and may be fewer than those of the kernel', () => {
    expect([...patchSites({ ...image, kernel: 1 })]).toEqual(
      Array.from({ length: 12 }, (_, i) => i),
    );
    const wide = patchSites({ ...image, rows: 1, columns: 1, kernel: 5 });
    expect([...wide].filter((site) => site === 0)).toHaveLength(1);
    expect(wide).toHaveLength(25);
  });

  it('stay within their image, of several', () => {
    const one = patchSites(image);
    const two = patchSites(image, 2);
    expect(two.subarray(0, one.length)).toEqual(one);
    expect(two.subarray(one.length)).toEqual(one.map((site) => (site < 0 ? -1 : site + 12)));
  });

  it.each([
    [{ kernel: 2 }, 'kernel is 2; it must be odd.'],
    [{ rows: 0 }, 'rows is 0; it must be a positive integer.'],
    [{ columns: 1.5 }, 'columns is 1.5; it must be a positive integer.'],
  ])('refuse %j', (given, message) => {
    expect(() => patchSites({ ...image, ...given })).toThrow(new RangeError(message));
  });
});

it('divides the variance of weights by the sites of a patch with fan-in only', () => {
  const law = { sigmaW: 1.5, sigmaB: 0.5 };
  expect(patchLaw(law, image)).toEqual(law);
  expect(patchLaw(law, { ...image, patchScaling: 'fan-in' })).toEqual({ sigmaW: 0.5, sigmaB: 0.5 });
});
