import { expect, it } from 'vitest';
import { formatTable } from './table.ts';

it('shows the median, the range, the ratio to ours and the bar', () => {
  const text = formatTable([
    { subject: 'ours', unit: 'ms', values: [1.5, 1.25, 2], bar: '<= 2' },
    {
      subject: 'theirs',
      unit: 'ms',
      values: [300, 1250, 800],
      ours: [200, 1000, 400],
      bar: '> 9 x',
    },
    { subject: 'absent', unit: 'ms', values: [], missing: 'install it' },
  ]);
  expect(text).toBe(
    [
      '        median  range        unit  ours is faster by   bar',
      'ours      1.50  1.25 - 2.00  ms                        <= 2',
      'theirs     800  300 - 1250   ms    400 x (200 - 1000)  > 9 x',
      'absent       -  install it',
    ].join('\n'),
  );
});

it("shows what part of a card's limit was reached", () => {
  const ceiling = { binds: 'products', percents: [55, 61, 58.5] } as const;
  const text = formatTable([
    { subject: 'ours', unit: 's', values: [1, 1, 1], ceiling, bar: '>= 50 %' },
    { subject: 'theirs', unit: 's', values: [3], ours: [3] },
  ]);
  expect(text).toBe(
    [
      '        median  range        unit  ours is faster by     of the ceiling                             bar',
      'ours      1.00  1.00 - 1.00  s                           58.5 % of products of words (55.0 - 61.0)  >= 50 %',
      'theirs    3.00  3.00 - 3.00  s     3.00 x (3.00 - 3.00)',
    ].join('\n'),
  );
});
