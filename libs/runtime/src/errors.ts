export interface ErrorDetails {
  /** What the person who reads the message can do about it. */
  readonly remedy?: string;
  readonly cause?: unknown;
}

/** An error whose message is meant for the person at the terminal, with the exit code it calls for. */
export abstract class ReportedError extends Error {
  abstract readonly exitCode: number;
  readonly remedy: string | undefined;

  constructor(message: string, { remedy, cause }: ErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.remedy = remedy;
  }
}

/** Bad input, refused before any work starts. */
export class UserError extends ReportedError {
  readonly exitCode = 2;
}

/** Work that started and failed. What was finished before is kept. */
export class RunError extends ReportedError {
  readonly exitCode: number = 1;
}

/**
 * How a shard failed: its code threw, its thread ended before it was done, it was not done in the
 * time that it was given, or the device that computed it was lost.
 */
export type FailureKind = 'threw' | 'crashed' | 'hung' | 'lost';

/** A shard failed, the last of `attempts` times as `reason` says. */
export class ShardFailedError extends RunError {
  readonly shard: string;
  readonly reason: string;
  readonly kind: FailureKind;
  readonly attempts: number;

  constructor(shard: string, reason: string, kind: FailureKind, attempts = 1, cause?: unknown) {
    const times = attempts > 1 ? ` ${attempts} times` : '';
    super(`The shard ${shard} failed${times}: ${reason}`, {
      remedy: `${advice[kind]} failures/${shard}.json in the run folder tells more; finished shards are kept. Give the same command again to go on.`,
      cause,
    });
    this.shard = shard;
    this.reason = reason;
    this.kind = kind;
    this.attempts = attempts;
  }
}

const advice: Readonly<Record<FailureKind, string>> = {
  threw: 'It would fail again, so mend the cause first.',
  crashed: 'If memory was short, give fewer --workers; with more --retries it is tried more often.',
  hung: 'If it was slow and not stuck, give a longer --shard-timeout.',
  lost: 'If resdiff doctor no longer finds the device, give another one.',
};

/** A shard that failed, by the name a person knows it by, and how. */
export interface NamedFailure {
  readonly shard: string;
  readonly message: string;
}

/** Some shards failed for good while the others went on: see `keepGoing` of a run. */
export class ShardsFailedError extends RunError {
  readonly failures: readonly NamedFailure[];

  /** @param total how many shards the run has. */
  constructor(failures: readonly NamedFailure[], total: number) {
    const shown = failures
      .slice(0, MOST_SHOWN)
      .map(({ shard, message }) => `\n  ${shard}: ${lastLine(message)}`);
    const rest = failures.length - shown.length;
    const more = rest > 0 ? `\n  and ${rest} more` : '';
    super(`${failures.length} of ${total} shards failed:${shown.join('')}${more}`, {
      remedy:
        'The others are kept, and failures/ in the run folder tells more. Once the cause is mended, resume the run: it computes what is missing.',
    });
    this.failures = failures;
  }
}

/** How many failed shards an error lists. */
const MOST_SHOWN = 5;

/** The last line of a text that is not blank. */
export function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)?.trim() ?? '';
}

/** No room left (ENOSPC), or none left to this user (EDQUOT), in `folder`. */
export class DiskFullError extends RunError {
  readonly folder: string;

  constructor(folder: string, cause?: unknown) {
    super(`The disk is full: no room to write in ${folder}. Finished shards are kept.`, {
      remedy: 'Make room, then give the same command again: it resumes where this one stopped.',
      cause,
    });
    this.folder = folder;
  }
}

/**
 * The run was stopped by its caller (Ctrl-C, a time limit) with `done` of `total` shards finished,
 * and `checkpoints` of the others begun.
 */
export class StoppedError extends ReportedError {
  readonly exitCode = 130;
  readonly done: number;
  readonly total: number;

  constructor(done: number, total: number, checkpoints = 0) {
    const kept = checkpoints > 0 ? 'Finished shards and checkpoints' : 'Finished shards';
    super(`Stopped with ${done} of ${total} shards done. ${kept} are kept.`, {
      remedy: 'Give the same command again: it resumes where this one stopped.',
    });
    this.done = done;
    this.total = total;
  }
}

/** The system's error code (`ENOENT`, `ENOSPC`) of an error or of what caused it. */
export function systemCode(error: unknown): string | undefined {
  for (let link = error; link instanceof Error; link = link.cause) {
    if ('code' in link && typeof link.code === 'string') {
      return link.code;
    }
  }
  return undefined;
}

export function isDiskFull(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
