/** What is measured, by name. */
export type Contestants<Value> = Readonly<Record<string, () => Value | Promise<Value>>>;

/**
 * Measures every contestant once a round, in turns, so that whatever else the machine does meets all
 * of them; every other round goes backwards.
 *
 * @returns the values of each, one a round.
 */
export async function inRounds<Value>(
  rounds: number,
  contestants: Contestants<Value>,
): Promise<Record<string, Value[]>> {
  const entries = Object.entries(contestants);
  const values = Object.fromEntries(entries.map(([name]) => [name, [] as Value[]]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of round % 2 === 0 ? entries : entries.toReversed()) {
      values[name].push(await measure());
    }
  }
  return values;
}

/** CPU seconds that `work` takes of this process, all its threads together. */
export function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  return secondsSince(before);
}

/** The same of work that ends later, with whatever else the process does meanwhile. */
export async function cpuSecondsOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  return secondsSince(before);
}

function secondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
