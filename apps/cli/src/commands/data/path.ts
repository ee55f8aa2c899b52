import { UserError } from '@resdiff/runtime';
import { locate, searchedFolders } from '../../data-sets.ts';
import { openTerminal, reportError } from '../../terminal.ts';
import type { DataCommandOptions } from './options.ts';

/** `resdiff data path NAME`: the folder alone. Returns the exit code. */
export function dataPath(name: string, options: DataCommandOptions): number {
  const terminal = openTerminal(options);
  try {
    if (name === 'synthetic') {
      throw new UserError('The synthetic digits are drawn, not read: they have no folder.');
    }
    const { folder, files } = locate(name, searchedFolders(options.data));
    terminal.say(folder);
    terminal.result({ name, folder, files });
    return 0;
  } catch (error) {
    return reportError(error, terminal);
  }
}
