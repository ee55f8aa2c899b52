import { experiments, version as experimentsVersion } from '@resdiff/experiments';
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  figure2,
  inTerminal,
  need,
  refusal,
  resdiff,
  root,
  scratch,
  set,
  shell,
} from './support.ts';
import { writeTinySet } from './image-sets.ts';

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string };

const settings = [
  'activation',
  'inputs',
  'width',
  'depth',
  'T',
  'sigmaW',
  'sigmaB',
  'draws',
  'seed',
  'processes',
  'coordinates',
];

describe.concurrent('resdiff', () => {
  it('--help names the commands', async () => {
    const { code, stdout, stderr } = await resdiff(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const command of ['run', 'plan', 'list', 'data', 'limits', 'doctor']) {
      expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    }
  });

  it('run --help names its options', async () => {
    const { code, stdout } = await resdiff(['run', '--help']);
    expect(code).toBe(0);
    for (const option of ['--set <key=value>', '--workers <n>', '--shard-size <n>', '--out']) {
      expect(stdout).toContain(`  ${option}`);
    }
  });

  it('--version prints the version, that of the experiments too', async () => {
    expect(experimentsVersion).toBe(version);
    expect(await resdiff(['--version'])).toMatchObject({
      code: 0,
      stdout: `${version}\n`,
      stderr: '',
    });
  });

  it('without a command prints the help on standard error and fails', async () => {
    const { code, stdout, stderr } = await resdiff([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: resdiff [options] [command]');
  });

  it('ends quietly where its output is not read to the end', async () => {
    const { code, stdout, stderr } = await shell(`resdiff plan '${figure2}' | head -n 1`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^figure-2: .*\n$/);
  });
});

describe.concurrent('list', () => {
  it('prints the pipelines of ./pipelines and a line for each experiment', async () => {
    const { code, stdout, stderr } = await resdiff(['list'], root);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^ {2}pipelines\/figure-2\.yaml {2,}\S/m);
    const [, listed] = stdout.split('\nExperiments; ');
    const [hint, ...lines] = listed.trimEnd().split('\n');
    expect(hint).toBe('`resdiff list <experiment>` prints the settings of one:');
    expect(lines.map((line) => line.trim().split(/ {2,}/))).toEqual(
      experiments.map(({ name, description }) => [name, description]),
    );
  });

  it('prints the settings of one experiment', async () => {
    const { code, stdout, stderr } = await resdiff(['list', 'draws']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [title, header, ...lines] = stdout.trimEnd().split('\n');
    expect(title).toMatch(/^Experiment draws: .* Settings:$/);
    expect(header).toMatch(/^ {2}key +default +meaning$/);
    expect(lines.map((line) => line.trim().split(/ {2,}/)[0])).toEqual(settings);
    expect(lines[0]).toMatch(/^ {2}activation +tanh +\S/);

    const json = JSON.parse((await resdiff(['list', 'draws', '--json'])).stdout) as unknown;
    const all = JSON.parse((await resdiff(['list', '--json'])).stdout) as {
      experiments: unknown[];
    };
    expect(json).toEqual(all.experiments[0]);
  });

  it('refuses an experiment that there is none of', async () => {
    expect(await refusal(['list', 'drawing'])).toMatch(
      /^resdiff: There is no experiment drawing; there are draws, [\w, -]+\.\n$/,
    );
  });

  it('says of a pipeline that it cannot be run, and why', async () => {
    const folder = scratch();
    writeFileSync(join(folder, 'a.yaml'), 'experiment: draws\ndescription: A good one\n');
    writeFileSync(join(folder, 'b.yml'), 'experiment: draws\nwidth: 0\n');
    writeFileSync(join(folder, 'c.txt'), '');
    const { code, stdout } = await resdiff(['list', '--pipelines', folder]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\/a\.yaml +A good one$/m);
    expect(stdout).toMatch(/\/b\.yml +cannot be run: .*width is 0; it must be a whole number/);
    expect(stdout).not.toContain('c.txt');
  });

  it('refuses a folder of pipelines that is none', async () => {
    expect(await refusal(['list', '--pipelines', 'none'])).toMatch(
      /^resdiff: --pipelines none: cannot be read: ENOENT: .*\nName a folder of pipeline files that exists\.\n$/,
    );
  });

  it('finds no pipelines in a folder that has none', async () => {
    const cwd = realpathSync(scratch());
    const { code, stdout } = await resdiff(['list'], cwd);
    expect(code).toBe(0);
    expect(stdout).toContain(
      `Pipelines in pipelines:\n  none: there is no folder ${cwd}/pipelines; --pipelines names another\n`,
    );
    mkdirSync(join(cwd, 'mine'));
    const other = await resdiff(['list', '--pipelines', 'mine'], cwd);
    expect(other.stdout).toContain(
      `Pipelines in mine:\n  none: no file of ${cwd}/mine ends in .yaml; --pipelines names another\n`,
    );
  });

  it('is one JSON document with --json', async () => {
    const { code, stdout, stderr } = await resdiff(['list', '--json'], root);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const listed = JSON.parse(stdout) as {
      pipelines: { file: string; description: string }[];
      experiments: { name: string; settings: { key: string; default: unknown }[] }[];
    };
    expect(listed.pipelines.map(({ file }) => file)).toContain('pipelines/figure-2.yaml');
    expect(listed.experiments.map(({ name }) => name)).toEqual(experiments.map(({ name }) => name));
    const [draws] = listed.experiments;
    expect(draws.settings.map(({ key }) => key)).toEqual(settings);
    expect(draws.settings).toContainEqual(expect.objectContaining({ default: 'tanh' }));
  });
});

describe.concurrent('plan', () => {
  interface Plan {
    settings: Record<string, unknown>;
    runId: string;
    folder: string;
    workers: number;
    parts: { part: string; shards: number; rows: number; work: number; seconds: number }[];
    workUnit: string;
    report: { seconds: number; bytes: number };
    estimate: Record<'cpuSeconds' | 'seconds' | 'memoryBytes' | 'diskBytes', number>;
    shards: { id: string; rows: number; cost: number }[];
  }
  const words = ['plan', figure2, '--workers', '2'];

  it('prints shards, rows, normals, time, memory and the folder, and makes nothing', async () => {
    const cwd = scratch();
    const { code, stdout, stderr } = await resdiff(words, cwd);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^part +shards +rows +normals +CPU time$/m);
    expect(stdout).toMatch(/^resnet +\d+ +20,000 +5\.12e\+9 +\d+\.\d s$/m);
    expect(stdout).toMatch(/^limit +1 +20,000 +20,000 +\d+ ms$/m);
    expect(stdout).toMatch(/^total +\d+ +60,000 +1\.02e\+10 +\d+\.\d s$/m);
    expect(stdout).toMatch(
      /^With 2 workers: about \d+\.\d s, \d+ MiB of memory, \d+\.\d MiB on disk\.$/m,
    );
    expect(stdout).toMatch(/^Run folder: runs\/figure-2\/[0-9a-f]{12}$/m);
    expect(await shell('ls -A', cwd)).toMatchObject({ stdout: 'figure-2.yaml\n' });
  });

  it('has consistent numbers in --json', async () => {
    const given = { draws: 1000, inputs: [0, 1, 2], coordinates: 'all', width: 32, depth: 10 };
    const { code, stdout, stderr } = await resdiff([...words, ...set(given), '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const plan = JSON.parse(stdout) as Plan;
    const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);
    const ofPart = (part: string) => plan.shards.filter(({ id }) => id.startsWith(`${part}-`));
    expect(plan.settings).toMatchObject(given);
    expect(plan.folder).toBe(`runs/figure-2/${plan.runId}`);
    expect(plan.parts.map(({ part, rows, work }) => [part, rows, work])).toEqual([
      ['resnet', 96_000, 1000 * 10 * 32 * 3],
      ['sde', 96_000, 1000 * 10 * 32 * 3],
      ['limit', 96_000, 96_000],
    ]);
    for (const { part, shards, rows, seconds } of plan.parts) {
      expect(ofPart(part)).toHaveLength(shards);
      expect(sum(ofPart(part).map((shard) => shard.rows))).toBe(rows);
      expect(sum(ofPart(part).map(({ cost }) => cost))).toBeCloseTo(seconds, 9);
    }
    expect(plan.workUnit).toBe('normals');
    const shardSeconds = sum(plan.parts.map(({ seconds }) => seconds));
    expect(plan.estimate.cpuSeconds).toBeCloseTo(shardSeconds + plan.report.seconds, 9);
    expect(plan.estimate.seconds).toBeCloseTo(shardSeconds / 2 + plan.report.seconds, 9);
    expect(plan.estimate.memoryBytes).toBeGreaterThan(plan.report.bytes);
    // The columns of the table are 1 + 4 + 2 + 8 + 2 + 4 bytes wide.
    expect(plan.estimate.diskBytes).toBeGreaterThanOrEqual(2 * 21 * 288_000);
    expect(plan.estimate.diskBytes).toBeLessThanOrEqual(3 * 21 * 288_000);
  });

  it('takes the quick settings with --quick, and those of --set before them', async () => {
    const quick = ['plan', figure2, '--quick', '--json'];
    const { code, stdout } = await resdiff([...quick, ...set({ depth: 7, T: 2 })]);
    expect(code).toBe(0);
    const { settings, estimate } = JSON.parse(stdout) as Plan;
    expect(settings).toMatchObject({ draws: 500, width: 100, depth: 7, T: 2 });
    expect(estimate.seconds).toBeLessThan(5);
  });

  it('takes --out and --shard-size, and no more workers than shards', async () => {
    const options = ['--out', 'here', '--shard-size', '5000', '--set', 'processes=sde'];
    const { stdout } = await resdiff(['plan', figure2, ...options, '--workers', '9', '--json']);
    const { folder, workers, shards } = JSON.parse(stdout) as Plan;
    expect({ folder, workers, shards: shards.length }).toEqual({
      folder: 'here',
      workers: 2,
      shards: 2,
    });
    const one = await resdiff(['plan', figure2, '--shard-size', '10000', '--set', 'processes=sde']);
    expect(one.stdout).toContain('With 1 worker: ');
  });

  it('refuses a shard size that makes too many shards', async () => {
    const { code, stderr } = await resdiff([...words, ...set({ draws: 20_000 }), '--shard-size=1']);
    expect(code).toBe(2);
    expect(stderr).toBe(
      'resdiff: A shard size of 1 cuts 20000 draws into more than 10000 shards; it must be at least 2.\n',
    );
  });
});

describe.concurrent('doctor', () => {
  const machineFindings = ['resdiff', 'Node.js', 'processors', 'memory', 'SIMD sampler'];
  const found = [
    ...machineFindings,
    'engine onnx',
    'engine tfjs',
    'engine tfjs-cpu',
    'WebGPU',
    'CUDA',
    'NVIDIA GPU',
    'Slurm',
    'data mnist',
    'data fashion-mnist',
  ];
  interface Doctor {
    machine: { cpus: number; node: string };
    findings: { what: string; found: boolean; detail: string; remedy?: string }[];
  }

  it('prints what was found, a line each, and how to get the rest', async () => {
    const { code, stdout, stderr } = await resdiff(['doctor']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [findings, remedies] = stdout.split('\n\n');
    const lines = findings.split('\n');
    expect(lines.map((line) => line.split(/ {2,}/)[0])).toEqual(found);
    expect(lines.every((line) => / {2}(yes|no ) {2}\S/.test(line))).toBe(true);
    expect(findings).toMatch(/^SIMD sampler +yes {2}/m);
    expect(findings).toMatch(/^engine onnx +yes {2}onnxruntime \d+\.\d+\.\d+ cpu$/m);
    expect(findings).toMatch(/^data mnist +no {3}MNIST was not found in /m);
    expect(remedies).toMatch(/^To get what is missing, if you need it:$/m);
    expect(remedies).toMatch(/^ {2}data mnist +Fetch it with: resdiff data fetch mnist\. /m);
  });

  it('is one JSON document with --json, and finds data sets', async () => {
    const cwd = scratch();
    writeTinySet(join(cwd, 'data/mnist'));
    writeTinySet(join(cwd, 'data/mine'));
    const { code, stdout, stderr } = await resdiff(['doctor', '--json'], cwd);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { machine, findings } = JSON.parse(stdout) as Doctor;
    expect(machine.node).toBe(process.version.slice(1));
    expect(machine.cpus).toBeGreaterThanOrEqual(availableParallelism());
    expect(findings.map(({ what }) => what)).toEqual([...found, 'data']);
    expect(findings.slice(-3)).toMatchObject([
      { what: 'data mnist', found: true, detail: join(cwd, 'data/mnist') },
      { what: 'data fashion-mnist' },
      { what: 'data', found: true, detail: join(cwd, 'data/mine') },
    ]);
    for (const { found, remedy } of findings) if (found) expect(remedy).toBeUndefined();
  });

  it('says that RESDIFF_DATA is no folder', async () => {
    const { code, stdout } = await shell('RESDIFF_DATA=none resdiff doctor');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^data sets +no {3}The environment variable RESDIFF_DATA is 'none', which is not a folder\.$/m,
    );
  });

  it('prints the same on a terminal', async ({ skip }) => {
    need('script', { skip });
    const { stdout } = await inTerminal('resdiff doctor', scratch());
    expect(stdout).toContain('SIMD sampler');
    expect(stdout).not.toContain('\u001b');
  });
});
