import { describe, expect, it } from 'vitest';
import { UserError } from '../errors.ts';
import {
  mergeSlurmOptions,
  refuseShortTime,
  validateSlurmOptions,
  type SlurmOptions,
} from './options.ts';

const everything: SlurmOptions = {
  partition: 'main,gpu',
  account: 'physics',
  qos: 'long',
  time: '1-12:00:00',
  cpus: 4,
  mem: '4G',
  gres: 'gpu:a100:1',
  gpus: '1',
  constraint: '[rack1|rack2]&ssd',
  maxParallel: 8,
  mostJobs: 100,
  jobDuration: 600,
  signalSeconds: 120,
  extra: ['--exclusive', '--comment=two words', '-xnode7', '--nice=5'],
  setup: ['module load nodejs', 'export A="b c"'],
};

function refusal(value: unknown): UserError {
  try {
    validateSlurmOptions(value, '/home/ada/slurm.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return error as UserError;
  }
  throw new Error('expected a refusal');
}

describe('validateSlurmOptions', () => {
  it('takes every option, and none', () => {
    expect(validateSlurmOptions(everything, 'the command line')).toEqual(everything);
    expect(validateSlurmOptions({ partition: undefined }, 'the command line')).toEqual({});
  });

  it('takes numbers where sbatch has texts', () => {
    expect(validateSlurmOptions({ time: 90, mem: 4000, gpus: 2 }, 'x')).toEqual({
      time: '90',
      mem: '4000',
      gpus: '2',
    });
  });

  it.each([
    [{ cpus: 'two' }, 'cpus is "two", not a whole number of at least 1'],
    [{ cpus: 1.5 }, 'cpus is 1.5'],
    [{ maxParallel: 0 }, 'maxParallel is 0'],
    [{ time: '2h' }, 'time is "2h", not a time of sbatch'],
    [{ time: '00:00:00' }, 'time is "00:00:00"'],
    [{ mem: '4 GB' }, 'mem is "4 GB"'],
    [{ partition: 'main gpu' }, 'partition is "main gpu", not a text without spaces'],
    [{ partition: null }, 'partition is null'],
    [{ signalSeconds: 70000 }, 'signalSeconds is 70000'],
    [{ jobDuration: -1 }, 'jobDuration is -1'],
    [{ setup: 'module load nodejs' }, 'setup is "module load nodejs", not a list'],
    [{ setup: ['a\nb'] }, 'setup is ["a\\nb"]'],
    [{ extra: ['exclusive'] }, 'extra is ["exclusive"], not a list of flags'],
    [{ extra: ['-x node7'] }, 'extra is ["-x node7"]'],
    [{ partitions: 'main' }, 'partitions is not an option'],
    [{ toString: 'x' }, 'toString is not an option'],
    [{ extra: ['--array=0-3'] }, 'extra holds --array=0-3, which resdiff sets itself'],
    [{ extra: ['-Wall'] }, 'extra holds -Wall, which resdiff sets itself'],
    [{ extra: ['--time=5'] }, 'extra holds --time=5, which has an option of its own'],
    [['--time=5'], '["--time=5"] is not a set of options'],
    [null, 'null is not a set of options'],
  ])('refuses %j', (value, message) => {
    const error = refusal(value);
    expect(error.message).toContain(`/home/ada/slurm.yaml: ${message}`);
    expect(error.remedy).not.toBe('');
  });

  it('says which option stands for a flag, and which options there are', () => {
    expect(refusal({ extra: ['-pmain'] }).remedy).toBe('Give it as partition.');
    expect(refusal({ partitions: 'main' }).remedy).toContain('partition, account, qos');
  });
});

describe('mergeSlurmOptions', () => {
  it('puts what is given over the profile, and joins the lists', () => {
    expect(
      mergeSlurmOptions(
        { partition: 'main', cpus: 2, extra: ['--nice=1'], setup: ['a'] },
        { cpus: 4, time: '10', extra: ['--nice=2'], setup: [] },
      ),
    ).toEqual({
      partition: 'main',
      cpus: 4,
      time: '10',
      extra: ['--nice=1', '--nice=2'],
      setup: ['a'],
    });
    expect(mergeSlurmOptions({}, {})).toEqual({});
    expect(mergeSlurmOptions(everything, {})).toEqual(everything);
  });
});

it('refuses a time that leaves nothing before the signal', () => {
  expect(() => refuseShortTime({ time: '1' })).toThrow('told to stop 90 s before its end');
  expect(() => refuseShortTime({ time: '1', signalSeconds: 30 })).not.toThrow();
  expect(() => refuseShortTime({ time: 'UNLIMITED' })).not.toThrow();
  expect(() => refuseShortTime({})).not.toThrow();
});
