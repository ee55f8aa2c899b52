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
