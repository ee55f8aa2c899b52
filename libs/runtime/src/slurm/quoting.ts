import { UserError } from '../errors.ts';

/** A word of a shell's command line that stands for `text`, whatever it holds. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * A value in a line of `#SBATCH`.
 *
 * @throws {UserError} if it holds what no such line can: a line's end, or another control character.
 */
export function sbatchValue(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  if (/[\0-\x1f\x7f]/.test(text)) {
    throw new UserError(
      `${JSON.stringify(text)} holds a control character, which sbatch cannot take.`,
      {
        remedy: 'Give another value; rename the folder if it is one.',
      },
    );
  }
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

/**
 * A file as sbatch takes it for its logs, where `%` begins a pattern.
 *
 * @throws {UserError} if it holds a backslash, which switches sbatch's patterns off.
 */
export function logPattern(folder: string, name: string): string {
  if (folder.includes('\\')) {
    throw new UserError(
      `${folder} holds a backslash, which Slurm cannot take in the path of a log.`,
      {
        remedy: 'Give a folder without one.',
      },
    );
  }
  return `${folder.replaceAll('%', '%%')}/${name}`;
}
