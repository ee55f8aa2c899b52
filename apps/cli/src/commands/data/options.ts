import type { TerminalOptions } from '../../terminal.ts';

/** What every command about data sets is told. */
export interface DataCommandOptions extends TerminalOptions {
  readonly data?: string | undefined;
}
