import { Option, type Command } from '@commander-js/extra-typings';
import { availableParallelism } from 'node:os';
import { addComputingOptions, addSweepOptions } from './option-groups.ts';
import {
  count,
  dataOption,
  duration,
  jsonOption,
  PIPELINE_FILE,
  quietOption,
  workersOption,
} from './options.ts';

const RUN = 'run folder, such as runs/figure-6/0123456789ab';

/** Adds the commands for sweeps, for Slurm, and for runs by their folder. */
export function addClusterCommands(program: Command): void {
  addComputingOptions(
    addSweepOptions(
      program
        .command('sweep')
        .description('run a pipeline at every point of a grid: one table, one summary, one figure')
        .argument('<file>', PIPELINE_FILE),
    ).addOption(workersOption(availableParallelism())),
  )
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (file, options) => {
      const { run } = await import('./commands/run.ts');
      process.exitCode = await run(file, options, 'sweep');
    });

  addSlurmOptions(
    addComputingOptions(
      addSweepOptions(
        program
          .command('submit')
          .description('hand a run or a sweep to Slurm: a job array, and a job that merges')
          .argument('<file>', PIPELINE_FILE),
      ),
    ),
  )
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (file, options) => {
      const { submit } = await import('./commands/submit.ts');
      process.exitCode = await submit(file, options);
    });

  program
    .command('status')
    .description('print how far a run has come: shards, jobs, failures, time left')
    .argument('<run>', RUN)
    .option('--watch', 'print it again and again until the run is over')
    .addOption(jsonOption())
    .action(async (folder, options) => {
      const { status } = await import('./commands/status.ts');
      process.exitCode = await status(folder, options);
    });

  program
    .command('cancel')
    .description('stop a run: its jobs on Slurm, or its process on this machine')
    .argument('<run>', RUN)
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (folder, options) => {
      const { cancel } = await import('./commands/cancel.ts');
      process.exitCode = await cancel(folder, options);
    });

  addSlurmOptions(
    addComputingOptions(
      program
        .command('resume')
        .description('compute what is missing of a run: on Slurm if it was submitted, else here')
        .argument('<run>', RUN)
        .option('--local', 'compute here what was submitted to Slurm')
        .addOption(dataOption())
        .addOption(workersOption(availableParallelism())),
    ),
  )
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (folder, options) => {
      const { resume } = await import('./commands/resume.ts');
      process.exitCode = await resume(folder, options);
    });

  program
    .command('merge')
    .description('merge the shards of a run into its tables, with summary and figures')
    .argument('<run>', RUN)
    .option('--partial', 'merge what is there, and say what is missing')
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (folder, options) => {
      const { merge } = await import('./commands/merge.ts');
      process.exitCode = await merge(folder, options);
    });

  // What jobs run; no command for people.
  addComputingOptions(
    program
      .command('work', { hidden: true })
      .description('compute the shards of a task of a job array')
      .argument('<run>', RUN)
      .argument('<submission>', 'number of the submission', count('the submission', 1, 1e9))
      .argument('<task>', 'index of the task', count('the task', 0, 1e9))
      .addOption(dataOption())
      .addOption(workersOption(1)),
  ).action(async (folder, submission, task, options) => {
    const { work } = await import('./commands/work.ts');
    process.exitCode = await work({ folder, submission, task }, options);
  });
}

function addSlurmOptions<Args extends unknown[], Options extends Record<string, unknown>>(
  command: Command<Args, Options>,
) {
  const list = (value: string, before: string[]) => [...before, value];
  return command
    .option('--partition <name>', 'as of sbatch')
    .option('--account <name>', 'as of sbatch')
    .option('--qos <name>', 'as of sbatch')
    .option('--time <limit>', 'wall time of a job at most, as of sbatch, such as 02:00:00')
    .addOption(
      new Option(
        '--cpus <n>',
        'processors of a job, and shards that it computes at a time',
      ).argParser(count('processors', 1, 1024)),
    )
    .option('--mem <amount>', 'memory of a job, as of sbatch, such as 4G')
    .option('--gres <list>', 'as of sbatch, such as gpu:1')
    .option('--gpus <list>', 'as of sbatch')
    .option('--constraint <list>', 'as of sbatch')
    .addOption(
      new Option('--max-parallel <n>', 'jobs at the same time at most').argParser(
        count('jobs', 1, 1e6),
      ),
    )
    .addOption(
      new Option(
        '--most-jobs <n>',
        "jobs of the array at most (default: the cluster's limit)",
      ).argParser(count('jobs', 1, 1e6)),
    )
    .addOption(
      new Option(
        '--job-duration <duration>',
        'pack shards into jobs that take about so long at least (default: 5m)',
      ).argParser(duration),
    )
    .addOption(
      new Option(
        '--signal-seconds <n>',
        'seconds before its time limit at which a job is told to stop (default: 90)',
      ).argParser(count('seconds', 1, 65535)),
    )
    .addOption(
      new Option(
        '--sbatch <flag>',
        'a further flag of sbatch, such as --sbatch=--exclusive; may be given again',
      )
        .argParser(list)
        .default([] as string[], 'none'),
    )
    .addOption(
      new Option(
        '--setup <line>',
        'a line of shell before the command, such as "module load nodejs"; may be given again',
      )
        .argParser(list)
        .default([] as string[], 'none'),
    )
    .option(
      '--profile <file>',
      'YAML file of these options (default: ~/.config/resdiff/slurm.yaml if it is there)',
    )
    .option('--dry-run', 'print the scripts, and submit nothing');
}
