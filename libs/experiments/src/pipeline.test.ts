import { runId, UserError } from '@resdiff/runtime';
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { pipelineFile, scratch } from '../test/support.ts';
import type { Experiment, Settings } from './experiment.ts';
import { readPipeline, type PipelineOptions } from './pipeline.ts';
import { planPipeline } from './plan-pipeline.ts';
import { experiments } from './registry.ts';

const small = 'experiment: draws\nwidth: 4\ndepth: 3\ndraws: 5\n';

/** The message with which a pipeline is refused, the file's path left out. */
function refusal(text: string | Uint8Array, ...overrides: string[]): string {
  const file = pipelineFile(text);
  try {
    readPipeline(file, { set: overrides });
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).exitCode).toBe(2);
    return (error as UserError).message.replaceAll(file, 'FILE');
  }
  throw new Error('expected a refusal');
}

/** A list under `key` that has the one under `other` ten times. */
const aliases = (key: string, other: string) => [
  `${key}: &${key} [${new Array(10).fill(`*${other}`).join(', ')}]`,
];

const settingsOf = (text: string, ...overrides: string[]) =>
  readPipeline(pipelineFile(text), { set: overrides }).settings;

describe('a pipeline file', () => {
  it('is a mapping that names its experiment; its settings are resolved with their defaults', () => {
    const { name, experiment, settings } = readPipeline(pipelineFile(small, 'a.b.yaml'));
    expect(name).toBe('a.b');
    expect(experiment.name).toBe('draws');
    expect(settings).toEqual({
      activation: 'tanh',
      inputs: [0, 1],
      width: 4,
      depth: 3,
      T: 1,
      sigmaW: 1,
      sigmaB: 1,
      draws: 5,
      seed: '1',
      processes: ['resnet', 'sde', 'limit'],
      coordinates: 'first',
    });
  });

  it('may start with a byte order mark and end its lines as Windows does', () => {
    expect(settingsOf(`\uFEFF${small.replaceAll('\n', '\r\n')}`).width).toBe(4);
  });

  it.each([
    ['is empty', '', 'not empty'],
    ['holds comments only', '# nothing\n', 'not empty'],
    ['is a list', '- draws\n- 3\n', 'not ["draws", 3]'],
    ['is a text', 'hello\n', 'not "hello"'],
  ])('is refused if it %s', (_, text, found) => {
    expect(refusal(text)).toBe(
      `FILE: must be a mapping of keys to values, such as "experiment: draws", ${found}.`,
    );
  });

  it.each([
    ['an open list', 'width: [1\n', /^FILE: is not valid YAML: Flow sequence .* line 3/],
    ['a key twice', 'width: 5\nwidth: 5\n', /^FILE: is not valid YAML: Map keys must be unique/],
    ['a tab', '\twidth: 3\n', /^FILE: is not valid YAML: Tabs are not allowed/],
    ['an unknown alias', 'width: *w\n', /^FILE: is not valid YAML: Unresolved alias .*: w$/],
    ['an unknown tag', 'width: !size 3\n', /^FILE: is not valid YAML: Unresolved tag: !size/],
    [
      'two documents',
      '---\nwidth: 3\n',
      /^FILE: is not valid YAML of one document: it goes on after a line of "---"\.$/,
    ],
    [
      'aliases that grow without bounds',
      ['a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]', ...aliases('b', 'a'), ...aliases('c', 'b'), ''].join(
        '\n',
      ),
      /^FILE: is not valid YAML: Excessive alias count/,
    ],
  ])('is refused for %s', (_, text, message) => {
    expect(refusal(`experiment: draws\n${text}`)).toMatch(message);
  });

  it('is refused if it is no text, in a message that leaves the terminal alone', () => {
    const bytes = Uint8Array.from({ length: 500 }, (_, i) => (i * 37) % 256 || 1);
    const message = refusal(bytes);
    expect(message).toMatch(/^FILE: /);
    expect(message.length).toBeLessThan(400);
    expect(message.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('is refused if it cannot be read', () => {
    const folder = scratch();
    expect(() => readPipeline(`${folder}/none.yaml`)).toThrow(
      `${folder}/none.yaml: cannot be read: there is no such file.`,
    );
    expect(() => readPipeline(folder)).toThrow(`${folder}: cannot be read: it is a folder.`);
    const file = pipelineFile(small);
    expect(() => readPipeline(`${file}/x.yaml`)).toThrow(
      `${file}/x.yaml: cannot be read: a part of its path is a file, not a folder.`,
    );
  });

  it('is refused if its permissions forbid reading', ({ skip }) => {
    if (process.getuid?.() === 0) skip('the superuser may read every file');
    const file = pipelineFile(small);
    chmodSync(file, 0);
    expect(() => readPipeline(file)).toThrow(`${file}: cannot be read: permission is denied.`);
  });

  it.each([
    ['width: 3\n', 'FILE: the key experiment is missing; it must be one of NAMES.'],
    [
      'experiment: drws\n',
      'FILE: experiment is "drws" (did you mean draws?); it must be one of NAMES.',
    ],
    ['experiment: frob\n', 'FILE: experiment is "frob"; it must be one of NAMES.'],
    [
      'experment: draws\n',
      'FILE: the key experiment is missing (is it experment?); it must be one of NAMES.',
    ],
    ['experiment:\n', 'FILE: experiment is empty; it must be one of NAMES.'],
    ['experiment: [draws]\n', 'FILE: experiment is ["draws"]; it must be one of NAMES.'],
    ['experiment: __proto__\n', 'FILE: experiment is "__proto__"; it must be one of NAMES.'],
    ['experiment: draws\ndescription: 3\n', 'FILE: description is 3; it must be text.'],
  ])('is refused without a known experiment or with a wrong description: %j', (text, message) => {
    const names = experiments.map(({ name }) => name).join(', ');
    expect(refusal(text)).toBe(message.replace('NAMES', names));
  });

  it('is refused with all that is wrong with its settings, a line each', () => {
    expect(refusal(`${small}T: .inf\nfoo: {a: [~, b]}\n__proto__: 3\n`, 'width=0')).toBe(
      [
        'FILE with --set width=0: width is 0; it must be a whole number from 1 to 100000.',
        'FILE: T is Infinity; it must be a finite number above 0.',
        ...['foo: {a: [empty, "b"]}', '__proto__: 3'].map(
          (entry) =>
            `FILE: ${entry} is not a setting of the experiment draws; its settings are activation, inputs, width, depth, T, sigmaW, sigmaB, draws, seed, processes, coordinates.`,
        ),
      ].join('\n'),
    );
  });

  it('is refused once for several wrong members of a list', () => {
    expect(refusal(`${small}inputs: [a, b]\n`)).toBe(
      'FILE: inputs is ["a", "b"]; it must be a list of 1 to 1000 different finite numbers, such as [0, 1].',
    );
  });

  it('is refused in a line of bounded length, however long the value', () => {
    const message = refusal(`experiment: draws\nwidth: ${'9 '.repeat(5000)}\n`);
    expect(message).toMatch(/^FILE: width is "9 9 .*\.\.\.; it must be a whole number/);
    expect(message.length).toBeLessThan(200);
  });
});

describe('--set', () => {
  it('goes before the file, the last one before the others, its value in YAML', () => {
    const overrides = ['width=8', 'inputs=[2, 3]', 'width=9', 'seed="18446744073709551615"'];
    const { width, depth, inputs, seed } = settingsOf(small, ...overrides);
    expect({ width, depth, inputs, seed }).toEqual({
      width: 9,
      depth: 3,
      inputs: [2, 3],
      seed: '18446744073709551615',
    });
  });

  it('may name a setting that the file lacks, and mends one that is wrong there', () => {
    expect(settingsOf('experiment: draws\nwidth: 0\n', 'width=3', ' T =2')).toMatchObject({
      width: 3,
      T: 2,
    });
  });

  const form = 'must be key=value, such as --set draws=2000 or --set "inputs=[0, 1]".';
  it.each([
    ['width', `--set width: ${form}`],
    ['', `--set : ${form}`],
    ['=3', `--set =3: ${form}`],
    [
      'experiment=draws',
      '--set experiment=draws: experiment belongs in the pipeline file, it cannot be set.',
    ],
    [
      'description=x',
      '--set description=x: description belongs in the pipeline file, it cannot be set.',
    ],
    [
      'width=',
      'FILE with --set width=: width is empty; it must be a whole number from 1 to 100000.',
    ],
    ['T=1=2', 'FILE with --set T=1=2: T is "1=2"; it must be a finite number above 0.'],
  ])('%j is refused', (override, message) => {
    expect(refusal(small, override)).toBe(message);
  });

  it('is refused where its value is not YAML', () => {
    expect(refusal(small, 'inputs=[1')).toMatch(
      /^--set inputs=\[1: the value is not valid YAML: Flow sequence must end with a \]/,
    );
  });
});

describe('--quick', () => {
  const quick = `${small}quick: {draws: 2, inputs: [3]}\n`;

  it('goes before the file and after --set, and is left aside unless asked for', () => {
    const file = pipelineFile(quick);
    const read = (options: PipelineOptions) => readPipeline(file, options).settings;
    expect(read({})).toMatchObject({ draws: 5, inputs: [0, 1], width: 4 });
    expect(read({ quick: true })).toMatchObject({ draws: 2, inputs: [3], width: 4 });
    expect(read({ quick: true, set: ['draws=9'] })).toMatchObject({ draws: 9, inputs: [3] });
  });

  const refused = (text: string) => {
    const file = pipelineFile(text);
    try {
      readPipeline(file, { quick: true });
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      return (error as UserError).message.replaceAll(file, 'FILE');
    }
    throw new Error('expected a refusal');
  };

  it.each([
    [small, 'FILE: has no quick settings, so it cannot be run with --quick.'],
    [
      `${small}quick: {draws: 0}\n`,
      'FILE with --quick: draws is 0; it must be a whole number from 1 to 2147483647.',
    ],
    [
      `${small}quick: {drws: 1}\n`,
      'FILE with --quick: drws: 1 is not a setting of the experiment draws (did you mean draws?); its settings are activation, inputs, width, depth, T, sigmaW, sigmaB, draws, seed, processes, coordinates.',
    ],
  ])('is refused for %j', (text, message) => {
    expect(refused(text)).toBe(message);
  });

  it.each([
    ['quick: 3', 'FILE: quick is 3; it must be a mapping of settings, such as {draws: 500}.'],
    ['quick:', 'FILE: quick is empty; it must be a mapping of settings, such as {draws: 500}.'],
    [
      'quick: {experiment: draws}',
      'FILE: quick holds experiment, which is no setting; it belongs at the top of the file.',
    ],
  ])('is refused, asked for or not: %j', (line, message) => {
    expect(refusal(`${small}${line}\n`)).toBe(message);
    expect(refused(`${small}${line}\n`)).toBe(message);
  });

  it('is no setting', () => {
    expect(refusal(small, 'quick={draws: 2}')).toBe(
      '--set quick={draws: 2}: quick belongs in the pipeline file, it cannot be set.',
    );
  });
});

describe('what settings name', () => {
  it('is looked up before the plan, enters the run id, and is warned of', async () => {
    const pipeline = readPipeline(pipelineFile(small));
    const experiment: Experiment = {
      ...pipeline.experiment,
      resolve: (settings, { dataFolder = 'nowhere' }) =>
        Promise.resolve({
          settings: { ...settings, activation: 'erf' },
          versions: { data: dataFolder },
          warnings: [`looked in ${dataFolder}`],
        }),
    };
    const folder = scratch();
    const options = { environment: { dataFolder: folder } };
    const { plan, settings, warnings } = await planPipeline({ ...pipeline, experiment }, options);
    expect(settings).toEqual({ ...pipeline.settings, activation: 'erf' });
    expect(plan.config).toMatchObject({ activation: 'erf' });
    expect(plan.versions).toMatchObject({ data: folder, resdiff: expect.any(String) as string });
    expect(warnings).toEqual([`looked in ${folder}`]);
    const elsewhere = await planPipeline({ ...pipeline, experiment });
    expect(runId(elsewhere.plan)).not.toBe(runId(plan));
  });

  it('is not looked up in a folder that is none', async () => {
    const pipeline = readPipeline(pipelineFile(small));
    for (const dataFolder of ['nowhere', pipelineFile(small)]) {
      const planning = planPipeline(pipeline, { environment: { dataFolder } });
      await expect(planning).rejects.toThrow(UserError);
      await expect(planning).rejects.toThrow(`The data folder ${dataFolder} `);
    }
  });
});

it('refuses a size of shards that have none to set', async () => {
  for (const experiment of experiments.filter(({ shardUnit }) => shardUnit === undefined)) {
    const pipeline = readPipeline(
      pipelineFile(
        `experiment: ${experiment.name}\n${experiment.usesData ? 'data: synthetic\n' : ''}`,
      ),
    );
    const planning = planPipeline(pipeline, { shardSize: 5 });
    await expect(planning).rejects.toThrow(UserError);
    await expect(planning).rejects.toThrow(
      `The shard size is 5, but a shard of the experiment ${experiment.name} is a whole piece of work; leave --shard-size out.`,
    );
  }
});

describe('the pipelines of this repository', () => {
  const folder = new URL('../../../pipelines/', import.meta.url);
  const files = readdirSync(folder).map((name) => fileURLToPath(new URL(name, folder)));

  it.each(files)('%s is read, whole and quick, and is smaller when quick', (file) => {
    const { experiment, settings } = readPipeline(file);
    const seconds = (settings: Settings) =>
      experiment.plan(settings).parts.reduce((sum, part) => sum + part.seconds, 0);
    const quick = readPipeline(file, { quick: true }).settings;
    expect(seconds(quick)).toBeLessThan(seconds(settings) / 2);
    expect(seconds(quick)).toBeLessThan(60);
  });

  it('write out every setting of their experiments', () => {
    for (const file of files) {
      const { experiment, settings } = readPipeline(file);
      const written = parse(readFileSync(file, 'utf8')) as object;
      expect(Object.keys(written)).toEqual(expect.arrayContaining(Object.keys(settings)));
      expect(Object.keys(experiment.keys)).toEqual(Object.keys(settings));
    }
  });
});

describe('a run id', () => {
  const idOf = async (text: string, ...overrides: string[]) => {
    const { plan } = await planPipeline(readPipeline(pipelineFile(text), { set: overrides }));
    return runId(plan);
  };

  it.each([
    ['the order of keys', 'draws: 5\ndepth: 3\nwidth: 4\nexperiment: draws\n'],
    ['a description', `${small}description: other words\n`],
    ['defaults written out', `${small}activation: tanh\nT: 1.0\ninputs: [0.0, 1]\n`],
    ['the spelling of numbers', 'experiment: draws\nwidth: 0x4\ndepth: 3.0\ndraws: 5e0\n'],
    ['case', `${small}activation: TanH\n`],
    ['commas for a list', `${small}inputs: 0, 1\nprocesses: limit,sde, resnet\n`],
    ['order', `${small}processes: [limit, resnet, sde]\n`],
    ['the sign of zero', `${small}inputs: [-0.0, 1]\n`],
    ['the form of the seed', `${small}seed: "0x1"\n`],
  ])('does not depend on %s', async (_, text) => {
    expect(await idOf(text)).toBe(await idOf(small));
  });

  it('does not depend on where settings come from, nor on the shard size', async () => {
    const id = await idOf(small);
    expect(await idOf('experiment: draws\n', 'width=4', 'depth=3', 'draws=5')).toBe(id);
    const { plan } = await planPipeline(readPipeline(pipelineFile(small)), { shardSize: 2 });
    expect(plan.shards.length).toBe(9);
    expect(runId(plan)).toBe(id);
  });

  it.each(['width=5', 'seed=2', 'inputs=[1, 0]', 'coordinates=all', 'activation=sin', 'T=2'])(
    'depends on %s',
    async (override) => {
      expect(await idOf(small, override)).not.toBe(await idOf(small));
    },
  );
});
