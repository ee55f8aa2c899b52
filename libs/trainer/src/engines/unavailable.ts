/** An engine cannot compute here: what it needs is missing or does not load. */
export class EngineUnavailableError extends Error {
  override readonly name = 'EngineUnavailableError';
  /** What to install or to change. */
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}
