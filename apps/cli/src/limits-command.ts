import type { Command } from '@commander-js/extra-typings';
import { jsonOption } from './options.ts';

const HELP = `
Without a quantity, all are listed with their parameters. A parameter is an option, such as --sigma-w
or --sigmaW; lists are given with commas, such as --z 0,1,2.`;

/** Adds `resdiff limits`, which learns its quantities from the library once it is asked for one. */
export function addLimitsCommand(program: Command): void {
  const limits = program
    .command('limits')
    .description('print closed forms and numerical solutions of the infinite limits')
    .usage('[quantity] [options]')
    .argument('[quantity]', 'what to print, such as explosion-time or moments')
    .addOption(jsonOption())
    .enablePositionalOptions()
    .showHelpAfterError('(see resdiff limits --help)')
    .addHelpText('after', HELP)
    .action(async (name, options) => {
      const { listQuantities } = await import('./commands/limits.ts');
      process.exitCode = listQuantities(name, options);
    });

  program.hook('preSubcommand', async (_, command) => {
    if (command.name() !== limits.name()) return;
    const { addQuantities } = await import('./commands/limits.ts');
    addQuantities(command);
  });
}
