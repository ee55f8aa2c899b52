import { defaultSignalSeconds, type SlurmOptions } from './options.ts';
import { logPattern, sbatchValue, shellWord } from './quoting.ts';

/** The exit code of a command that was told to stop and has more to do. */
export const moreToDo = 75;

export interface ScriptOptions {
  readonly jobName: string;
  /** Where logs are written: an absolute path. */
  readonly logs: string;
  /** The folder that the command runs in: an absolute path. */
  readonly cwd: string;
  readonly options: SlurmOptions;
  /** The words of the command. */
  readonly command: readonly string[];
}

/**
 * The script of a job array of `jobs` tasks. Each runs the command with its index, from 0, as the
 * last word, and hears SIGUSR1 when it is to stop: before the time limit, or, after a SIGTERM, when
 * the job is cancelled or preempted. If it exits with {@link moreToDo}, the task is requeued.
 *
 * The script asks for that itself, because Slurm's own way, RequeueExit, spoils the merge job: an
 * array whose task ever exited with a code other than 0 never satisfies `afterok`, even if the
 * task was requeued and succeeded (Slurm's array_recs.max_exit_code is not reset).
 */
export function arrayScript({ jobs, ...script }: ScriptOptions & { jobs: number }): string {
  const { options, logs, command } = script;
  const { cpus = 1, gres, gpus, maxParallel, signalSeconds = defaultSignalSeconds } = options;
  const directives = {
    ...common(script),
    array: `0-${jobs - 1}${maxParallel === undefined ? '' : `%${maxParallel}`}`,
    output: logPattern(logs, 'task-%a.log'),
    'cpus-per-task': String(cpus),
    gres,
    gpus,
    signal: `B:USR1@${signalSeconds}`,
  };
  return `${head(directives, options)}
# Found first, as what follows may change PATH.
squeue=$(command -v squeue)
scontrol=$(command -v scontrol)
task=\${SLURM_ARRAY_JOB_ID}_\${SLURM_ARRAY_TASK_ID}
${setupLines(options)}
child=
signals=0
stop() {
  signals=$((signals + 1))
  [ -z "$child" ] || kill -USR1 "$child" 2>/dev/null
}
trap stop USR1 TERM

# Has Slurm run this task again later, unless it is being cancelled or requeued already. Whatever
# else its state is, such as SIGNALING after the signal before its time limit, soon passes.
requeue() {
  local pause state
  for pause in 0 2 10 30; do
    sleep "$pause"
    state=$("$squeue" --noheader --states=all --jobs="$task" --format=%T) || continue
    case $state in
      RUNNING | SIGNALING) "$scontrol" requeue "$task" && return 0 ;;
      COMPLETING | CANCELLED | PENDING | PREEMPTED | REQUEUED | TIMEOUT) return 0 ;;
      *) echo "The task is not requeued yet: its state is '$state'." ;;
    esac
  done
  return 1
}

${command.map(shellWord).join(' ')} "$SLURM_ARRAY_TASK_ID" &
child=$!
[ "$signals" -eq 0 ] || kill -USR1 "$child" 2>/dev/null

# A signal ends wait before the command has ended.
heard=-1
while [ "$heard" -ne "$signals" ]; do
  heard=$signals
  wait "$child"
  status=$?
done
child=

if [ "$status" -eq ${moreToDo} ] && requeue; then
  exit 0
fi
exit "$status"
`;
}

/** The script of the job that merges what the array has computed. */
export function mergeScript(script: ScriptOptions): string {
  const { options, logs, command } = script;
  const directives = {
    ...common(script),
    output: logPattern(logs, 'merge.log'),
    'cpus-per-task': '1',
    'kill-on-invalid-dep': 'yes',
  };
  return `${head(directives, options)}${setupLines(options)}
exec ${command.map(shellWord).join(' ')}
`;
}

function common({ jobName, cwd, options }: ScriptOptions): Record<string, string | undefined> {
  const { partition, account, qos, time, mem, constraint } = options;
  return {
    'job-name': jobName,
    chdir: cwd,
    partition,
    account,
    qos,
    time,
    mem,
    constraint,
    nodes: '1',
    ntasks: '1',
    'open-mode': 'append',
  };
}

function head(
  directives: Record<string, string | undefined>,
  { extra = [] }: SlurmOptions,
): string {
  const lines = Object.entries(directives).flatMap(([name, value]) =>
    value === undefined ? [] : [`#SBATCH --${name}=${sbatchValue(value)}`],
  );
  return ['#!/bin/bash', ...lines, '#SBATCH --requeue', ...extra.map(extraLine), ''].join('\n');
}

function extraLine(flag: string): string {
  const [, name, value] = /^(--[a-z-]+=)(.*)$/.exec(flag) ?? [];
  return `#SBATCH ${name === undefined ? sbatchValue(flag) : name + sbatchValue(value)}`;
}

function setupLines({ setup = [] }: SlurmOptions): string {
  return setup.length === 0 ? '' : ['', 'set -e', ...setup, 'set +e', ''].join('\n');
}
