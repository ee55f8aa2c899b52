import { mergeFolder } from '@resdiff/experiments';
import { commandLine } from '../format.ts';
import { sayReport } from '../run-report.ts';
import { stopOnSignals } from '../stop.ts';
import { openTerminal, reportError, type TerminalOptions } from '../terminal.ts';

export interface MergeCommandOptions extends TerminalOptions {
  readonly partial?: true | undefined;
}

/** `resdiff merge RUN`. Returns the exit code. */
export async function merge(folder: string, options: MergeCommandOptions): Promise<number> {
  const partial = options.partial === true;
  const terminal = openTerminal(options);
  const command = commandLine();
  const stop = stopOnSignals(() => {
    terminal.note('Stopping. Once more ends it at once.');
  });
  try {
    const { signal } = stop;
    sayReport(await mergeFolder(folder, { partial, signal, command }), 0, terminal);
    return 0;
  } catch (error) {
    return reportError(error, terminal, command);
  } finally {
    stop.dispose();
  }
}
