import { Command, CommanderError } from '@commander-js/extra-typings';
import { availableParallelism } from 'node:os';
import { addClusterCommands } from './cluster-command.ts';
import { addDataCommand } from './data-command.ts';
import { addLimitsCommand } from './limits-command.ts';
import { addComputingOptions, addPlanningOptions, addSweepOptions } from './option-groups.ts';
import { jsonOption, PIPELINE_FILE, PIPELINES, quietOption, workersOption } from './options.ts';
import { version } from './version.ts';

const program = new Command('resdiff')
  .description(
    'Samples, trains and analyses residual networks on their way to infinite depth and width, and holds them against their limiting diffusions.',
  )
  .version(version)
  .showHelpAfterError('(see resdiff --help)')
  // As every other refusal begins.
  .configureOutput({
    outputError: (text, write) => {
      write(text.replace(/^error: /, 'resdiff: '));
    },
  })
  .exitOverride();

addComputingOptions(
  addPlanningOptions(
    program
      .command('run')
      .description('run a pipeline, or resume it: tables, summary and figure in a run folder')
      .argument('<file>', PIPELINE_FILE),
  ).addOption(workersOption(availableParallelism())),
)
  .addOption(jsonOption())
  .addOption(quietOption())
  .action(async (file, options) => {
    const { run } = await import('./commands/run.ts');
    process.exitCode = await run(file, options);
  });

addSweepOptions(
  program
    .command('plan')
    .description('print what a run would do: shards, work, time, memory, disk')
    .argument('<file>', PIPELINE_FILE),
)
  .addOption(workersOption(availableParallelism()))
  .addOption(jsonOption())
  .action(async (file, options) => {
    const { plan } = await import('./commands/plan.ts');
    process.exitCode = await plan(file, options);
  });

program
  .command('list')
  .description('print the pipelines and the experiments, or the settings of an experiment')
  .argument('[experiment]', 'whose settings to print')
  .option('--pipelines <folder>', 'where pipeline files are', PIPELINES)
  .addOption(jsonOption())
  .action(async (experiment, options) => {
    const { list } = await import('./commands/list.ts');
    process.exitCode = list(experiment, options);
  });

addClusterCommands(program);
addDataCommand(program);
addLimitsCommand(program);

program
  .command('doctor')
  .description(
    'print what was found here (processors, engines, GPUs, data sets) and how to get the rest',
  )
  .addOption(jsonOption())
  .action(async (options) => {
    const { doctor } = await import('./commands/doctor.ts');
    process.exitCode = await doctor(options);
  });

// Whoever reads the output may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Commander has printed its message; a wrong command line is bad input, exit code 2.
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
