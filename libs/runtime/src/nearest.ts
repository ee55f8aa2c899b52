import { distance } from 'fastest-levenshtein';

/** A part of a sentence that names which of `names` may have been meant; nothing if none is near. */
export function suggestion(word: string, names: readonly string[]): string {
  const meant = nearest(word, names);
  return meant === undefined ? '' : ` (did you mean ${meant}?)`;
}

/** The name that is fewest edits away, case aside, if these are at most two in five letters. */
function nearest(word: string, names: readonly string[]): string | undefined {
  const [first] = names
    .map((name) => ({ name, edits: distance(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ edits }) => 5 * edits <= 2 * word.length)
    .toSorted((a, b) => a.edits - b.edits);
  return first?.name;
}
