import type { SlurmOptions } from '../src/slurm/options.ts';
import type { SubmissionRequest } from '../src/slurm/submit.ts';

const shardsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `s${index}`, cost: 100 - index }));

/** A request whose task runs `work`, and whose merge job `merge`, in bash: `$0` is the folder, `$1` the task. */
export function request(
  folder: string,
  {
    work = 'exit 0',
    merge = 'exit 0',
    tasks = 2,
    ...rest
  }: {
    work?: string;
    merge?: string;
    tasks?: number;
    options?: SlurmOptions;
  } = {},
): SubmissionRequest {
  return {
    folder,
    name: 'figure 6',
    shards: shardsOf(tasks),
    cwd: folder,
    commands: () => ({
      work: ['bash', '-c', work, folder],
      merge: ['bash', '-c', merge, folder],
    }),
    options: { jobDuration: 1, ...rest.options },
  };
}
