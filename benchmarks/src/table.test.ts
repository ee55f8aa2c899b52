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
