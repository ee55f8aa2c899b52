import { defaultRunFolder } from '@resdiff/runtime';
import { execute, type ExecuteOptions } from '../execute.ts';
import { planFile, type PlanningOptions } from '../planning.ts';

export interface RunCommandOptions extends PlanningOptions, ExecuteOptions {
  readonly out?: string | undefined;
}

/** `resdiff run FILE` and, with the pipeline's grid, `resdiff sweep FILE`. Returns the exit code. */
export function run(
  file: string,
  options: RunCommandOptions,
  kind: 'run' | 'sweep' = 'run',
): Promise<number> {
  return execute(options, async () => {
    const { pipeline, planned } = await planFile(file, options, kind);
    return { pipeline, planned, folder: options.out ?? defaultRunFolder(planned.plan) };
  });
}
