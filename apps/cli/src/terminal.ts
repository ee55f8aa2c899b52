import { messageOf, ReportedError } from '@resdiff/runtime';

/** Where a command writes, and how much. */
export interface Terminal {
  /** Results, for a person: to standard output, unless `json` or `quiet`. */
  readonly say: (text: string) => void;
  /** Notices and progress: to standard error, unless `quiet`. */
  readonly note: (text: string) => void;
  /** What must not be missed: to standard error. */
  readonly warn: (text: string) => void;
  /** The result for a machine: one JSON document on standard output, if `json`. */
  readonly result: (value: unknown) => void;
  /** Whether notices may be drawn over each other. */
  readonly animated: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

export interface TerminalOptions {
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
}

export function openTerminal({ json = false, quiet = false }: TerminalOptions): Terminal {
  const out = (text: string) => process.stdout.write(`${text}\n`);
  const err = (text: string) => process.stderr.write(`${text}\n`);
  return {
    say: (text) => !json && !quiet && out(text),
    note: (text) => !quiet && err(text),
    warn: err,
    result: (value) => json && out(JSON.stringify(value, null, 2)),
    animated: process.stderr.isTTY && !quiet,
    json,
    quiet,
  };
}

/**
 * Says what went wrong and returns the exit code.
 *
 * @param command the command line; it is repeated where giving it again is the remedy.
 */
export function reportError(
  error: unknown,
  { json, warn, result }: Terminal,
  command?: string,
): number {
  const known = error instanceof ReportedError;
  const exitCode = known ? error.exitCode : 1;
  const remedy = known ? error.remedy : undefined;
  const message = messageOf(error);
  const resume = remedy && exitCode !== 2 ? command : undefined;
  if (json) {
    result({ error: { message, remedy: remedy ?? null, command: resume ?? null, exitCode } });
  }
  warn(`resdiff: ${message}`);
  if (remedy) warn(remedy);
  if (resume) warn(`  ${resume}`);
  if (!known && error instanceof Error) warn(error.stack ?? '');
  return exitCode;
}
