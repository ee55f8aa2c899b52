import { expect, it } from 'vitest';
import { slurmEnvironment } from './environment.ts';

it('drops what another job or a filter has left, and what would override the script', () => {
  const env = {
    PATH: '/usr/bin',
    SLURM_CONF: '/etc/slurm.conf',
    SLURM_JOB_ID: '5',
    SLURM_RESTART_COUNT: '2',
    SQUEUE_USERS: 'ada',
    SBATCH_PARTITION: 'gpu',
    SBATCH_ACCOUNT: 'physics',
    SBATCH_WAIT: '1',
  };
  expect(slurmEnvironment(env, '#SBATCH --partition=main\n')).toEqual({
    PATH: '/usr/bin',
    SLURM_CONF: '/etc/slurm.conf',
    SBATCH_ACCOUNT: 'physics',
  });
});
