export interface DataErrorDetails {
  /** What the person who reads the message can do about it. */
  readonly remedy?: string;
  readonly cause?: unknown;
}

/** Data that are not there or not what they should be; the message is meant for the user. */
export class DataError extends Error {
  readonly remedy: string | undefined;

  constructor(message: string, { remedy, cause }: DataErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'DataError';
    this.remedy = remedy;
  }
}

/** The message of an error, with the system's code (`ECONNREFUSED`) of what caused it where there is one. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error
    ? `${error.message} (${cause.message || ('code' in cause ? String(cause.code) : cause.name)})`
    : error.message;
}
