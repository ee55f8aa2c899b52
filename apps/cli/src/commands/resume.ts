import { planFromManifest } from '@resdiff/experiments';
import { latestSubmission, readRun, UserError } from '@resdiff/runtime';
import { execute, type ExecuteOptions } from '../execute.ts';
import { commandLine } from '../format.ts';
import { slurmOptions } from '../slurm-options.ts';
import { openTerminal, reportError } from '../terminal.ts';
import { handToSlurm, type SubmittingOptions } from './submit.ts';

export interface ResumeCommandOptions extends ExecuteOptions, SubmittingOptions {
  readonly local?: true | undefined;
}

/** `resdiff resume RUN`. Returns the exit code. */
export async function resume(folder: string, options: ResumeCommandOptions): Promise<number> {
  const plan = async () => {
    const { manifest } = await readRun(folder);
    const environment = options.data === undefined ? {} : { dataFolder: options.data };
    return planFromManifest(manifest, { environment });
  };
  const terminal = openTerminal(options);
  try {
    const before = options.local ? undefined : await latestSubmission(folder);
    if (before !== undefined) {
      const { planned } = await plan();
      const slurm = slurmOptions(options, before.options);
      await handToSlurm(planned, { folder, slurm, options }, terminal);
      return 0;
    }
    if (options.dryRun) {
      throw new UserError(`${folder} was not submitted to Slurm, so there is no script to print.`, {
        remedy: 'Leave --dry-run out, or use resdiff submit with the pipeline file.',
      });
    }
  } catch (error) {
    return reportError(error, terminal, commandLine());
  }
  return execute(options, async () => ({ ...(await plan()), folder }));
}
