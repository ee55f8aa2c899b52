import { expect, it } from 'vitest';
import { estimate } from './summary.ts';
import { leftOutSentence, verdictBasis, type Held } from './verdict-basis.ts';

const held = (z: number | null, exact: boolean, degrees: number): Held => ({
  estimate: { ...estimate('mean', {}, { value: 0 }), z },
  exact,
  degrees,
});

it('is what is exact and near to normal, with the fewest degrees of freedom', () => {
  const basis = verdictBasis([
    held(1, true, 20),
    held(2, true, 9),
    held(3, false, 5),
    held(4, false, 0),
    held(5, true, 0),
    held(null, true, 3),
    held(null, false, 3),
  ]);
  expect(basis.judged.map(({ z }) => z)).toEqual([1, 2, null]);
  expect(basis).toMatchObject({ degrees: 9, narrow: 2, unsure: 1 });
  expect(leftOutSentence(basis, { draws: 2000, width: 3 })).toBe(
    ' Estimates that are not judged: 2 since the finite width D = 3 may change them by more than a third of the standard error of 2,000 draws; 1 since their errors are far from normal with 2,000 draws.',
  );
});

it('has no degrees where they are many, or nothing is judged', () => {
  const many = verdictBasis([held(1, true, 1001)]);
  expect(many).toMatchObject({ degrees: null, narrow: 0, unsure: 0 });
  expect(leftOutSentence(many, { draws: 1 })).toBe('');
  expect(verdictBasis([])).toEqual({ judged: [], degrees: null, narrow: 0, unsure: 0 });
});
