/** A part of a sentence that names which of `names` may have been meant; nothing if none is near. */
export function suggestion(word: string, names: readonly string[]): string {
  const meant = nearest(word, names);
  return meant === undefined ? '' : ` (did you mean ${meant}?)`;
}

/** The name that is fewest edits away, case aside, if these are at most a third of the word. */
function nearest(word: string, names: readonly string[]): string | undefined {
  const [first] = names
    .map((name) => ({ name, edits: editsBetween(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ edits }) => 3 * edits <= word.length)
    .toSorted((a, b) => a.edits - b.edits);
  return first?.name;
}

/** Insertions, deletions, replacements and exchanges of neighbours that turn one text into the other. */
function editsBetween(from: string, to: string): number {
  let before: number[] = [];
  let above = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = above[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1);
      const exchanged =
        i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
          ? before[j - 2] + 1
          : Infinity;
      row.push(Math.min(replaced, exchanged, above[j] + 1, row[j - 1] + 1));
    }
    [before, above] = [above, row];
  }
  return above[to.length];
}
