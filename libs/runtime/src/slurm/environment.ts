/** What Slurm's commands need of the variables that begin with SLURM. */
const kept: ReadonlySet<string> = new Set(['SLURM_CONF', 'SLURM_CONF_SERVER', 'SLURM_JWT']);

/** sbatch's variables, which win over the lines of a script, by the flag that they stand for. */
const flagsOfVariables: Readonly<Record<string, string>> = {
  SBATCH_ACCOUNT: 'account',
  SBATCH_CONSTRAINT: 'constraint',
  SBATCH_GPUS: 'gpus',
  SBATCH_GRES: 'gres',
  SBATCH_MEM_PER_CPU: 'mem',
  SBATCH_MEM_PER_GPU: 'mem',
  SBATCH_MEM_PER_NODE: 'mem',
  SBATCH_PARTITION: 'partition',
  SBATCH_QOS: 'qos',
  SBATCH_TIMELIMIT: 'time',
};

/** sbatch's variables that would undo what every submission sets. */
const refused: ReadonlySet<string> = new Set([
  'SBATCH_ARRAY_INX',
  'SBATCH_JOB_NAME',
  'SBATCH_NO_REQUEUE',
  'SBATCH_OPEN_MODE',
  'SBATCH_REQUEUE',
  'SBATCH_SIGNAL',
  'SBATCH_WAIT',
]);

/**
 * The environment for a command of Slurm: without what a job that this process may run in has set,
 * which a new job would inherit; without what filters or shapes squeue's output; and without what
 * would override the lines of `script`.
 */
export function slurmEnvironment(env: NodeJS.ProcessEnv, script = ''): NodeJS.ProcessEnv {
  const passes = (name: string) => {
    if (/^(SLURM|SLURMD|SQUEUE|SCONTROL|SINFO|SCANCEL)_/.test(name)) {
      return kept.has(name);
    }
    const flag = flagsOfVariables[name];
    return !refused.has(name) && !(flag !== undefined && script.includes(`#SBATCH --${flag}=`));
  };
  return Object.fromEntries(Object.entries(env).filter(([name]) => passes(name)));
}
