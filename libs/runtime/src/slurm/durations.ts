/**
 * Seconds of a time in one of Slurm's forms: minutes, minutes:seconds, hours:minutes:seconds,
 * days-hours, days-hours:minutes and days-hours:minutes:seconds; Infinity for UNLIMITED and
 * INFINITE; undefined for anything else. Source: sbatch(1), --time.
 */
export function parseSlurmTime(text: string): number | undefined {
  if (/^(unlimited|infinite)$/i.test(text)) {
    return Infinity;
  }
  const match = /^(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?$/.exec(text);
  if (match === null) {
    return undefined;
  }
  const [days, ...rest] = match.slice(1) as (string | undefined)[];
  const given = rest.filter((part) => part !== undefined).map(Number);
  if (days !== undefined) {
    const [hours, minutes = 0, seconds = 0] = given;
    return ((Number(days) * 24 + hours) * 60 + minutes) * 60 + seconds;
  }
  const [first, second = 0, third] = given;
  return third === undefined ? first * 60 + second : (first * 60 + second) * 60 + third;
}
