import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { failureOf, scratch } from '../../test/support.ts';
import { UserError } from '../errors.ts';
import { Slurm, SlurmUnreachableError } from './slurm.ts';

/** Slurm whose `scontrol` prints these lines, as one did, and fails. */
async function failing(...lines: string[]): Promise<Slurm> {
  const folder = await scratch();
  const script = `#!/bin/sh\ncat >&2 <<'END'\n${lines.join('\n')}\nEND\nexit 1\n`;
  await writeFile(join(folder, 'scontrol'), script, { mode: 0o755 });
  return new Slurm({ ...process.env, PATH: `${folder}:${process.env.PATH}` });
}

it.each([
  [
    'none is configured',
    [
      'scontrol: error: resolve_ctls_from_dns_srv: res_nsearch error: Unknown host',
      'scontrol: error: fetch_config: DNS SRV lookup failed',
      'scontrol: error: _establish_config_source: failed to fetch config',
      'scontrol: fatal: Could not establish a configuration source',
    ],
    'resolve_ctls_from_dns_srv: res_nsearch error: Unknown host; fetch_config: DNS SRV lookup failed; _establish_config_source: failed to fetch config; Could not establish a configuration source',
  ],
  [
    'its configuration is not there',
    [
      'scontrol: error: ClusterName needs to be specified',
      'scontrol: fatal: Unable to process configuration file',
    ],
    'ClusterName needs to be specified; Unable to process configuration file',
  ],
  [
    'the host of its controller is not known',
    [
      'scontrol: error: get_addr_info: getaddrinfo() failed: Name or service not known: No such file or directory, attempt number -4',
      'scontrol: error: get_addr_info: getaddrinfo() failed: Name or service not known: No such file or directory, attempt number 5',
      'scontrol: error: slurm_set_addr: Unable to resolve "nohost"',
      'scontrol: error: Unable to establish control machine address',
      'slurm_load_ctl_conf error: No such file or directory',
    ],
    'slurm_set_addr: Unable to resolve "nohost"; Unable to establish control machine address; slurm_load_ctl_conf error: No such file or directory',
  ],
])('says in its words that no cluster answers where %s', async (_, lines, words) => {
  const error = await failureOf((await failing(...lines)).config());
  expect(error).toBeInstanceOf(UserError);
  expect(error.message).toBe(`Slurm is installed here, but no cluster answers: ${words}.`);
  expect(error).toMatchObject({ exitCode: 2 });
  expect((error as UserError).remedy).toContain('resdiff doctor');
});

it('takes a controller that is away for one that comes back', async () => {
  const words = 'Unable to contact slurm controller (connect failure)';
  const error = await failureOf((await failing(`slurm_load_ctl_conf error: ${words}`)).config());
  expect(error).toBeInstanceOf(SlurmUnreachableError);
  expect(error.message).toContain(words);
});

it('blames the options for what sbatch refuses otherwise', async () => {
  const error = await failureOf((await failing('scontrol: error: no such luck')).config());
  expect(error).toMatchObject({
    message: 'scontrol refuses: no such luck.',
    remedy: 'Correct the options of Slurm, and give the command again.',
  });
});
