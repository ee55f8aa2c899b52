import { experiments } from '@resdiff/experiments';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { queryIn } from '../src/duckdb.ts';
import { anchors, fencedBlocks, linkTargets, tableBelow, type Block } from '../src/markdown.ts';
import { unmatchedLines } from '../src/output.ts';
import { findPython, runPython } from '../src/python.ts';
import { checkWithoutRunning, commandsOf, runShell } from '../src/shell.ts';
import { createWorkspace, root } from '../src/workspace.ts';

const markdownIn = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));

const documents = ['.', 'benchmarks', 'data', 'docs', 'docs/decisions'].flatMap(markdownIn);
const withBlocks = ['README.md', 'CONTRIBUTING.md', ...markdownIn('docs')];
const read = (document: string) => readFileSync(join(root, document), 'utf8');

const localLinks = documents.map((document) => {
  const targets = linkTargets(read(document)).filter((target) => !/^https?:/.test(target));
  return { document, targets };
});

test.each(localLinks.filter(({ targets }) => targets.length > 0))(
  'the links of $document lead somewhere',
  ({ document, targets }) => {
    const lost = targets.filter((target) => {
      const [path, anchor] = target.split('#');
      const file = path === '' ? document : join(dirname(document), path);
      if (!existsSync(join(root, file))) return true;
      return anchor !== undefined && !anchors(read(file)).includes(anchor);
    });
    expect(lost).toEqual([]);
  },
);

const python = findPython();
const pythonRun = !python
  ? 'is not run: no python3 here has pandas'
  : python.readsParquet
    ? 'runs with pandas and pyarrow'
    : 'runs with pandas on a CSV copy of the table, for want of pyarrow';

describe.each(withBlocks)('the blocks of %s', (document) => {
  const blocks = fencedBlocks(read(document));
  let folder: string;
  let output = '';

  beforeAll(() => {
    folder = createWorkspace();
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('are in languages that are run', () => {
    const languages = blocks.map(({ language }) => language);
    expect(['sh', 'text', 'sql', 'python', 'js']).toEqual(expect.arrayContaining(languages));
  });

  const runs: Record<string, (block: Block) => void> = {
    sh: ({ line, text }) =>
      test(`sh in line ${line} works`, () => {
        const toRun: string[] = [];
        for (const command of commandsOf(text)) {
          const problem = checkWithoutRunning(command);
          if (problem === undefined) toRun.push(command);
          else expect(problem, command).toBeNull();
        }
        const result = runShell(toRun.join('\n'), folder);
        expect(result.succeeded, result.output).toBe(true);
        output = result.output;
      }),
    text: ({ line, text }) =>
      test(`text in line ${line} is what is printed, numbers aside`, () => {
        expect(unmatchedLines(text, output), output).toEqual([]);
      }),
    sql: ({ line, text }) =>
      test(`sql in line ${line} gives rows in DuckDB`, async () => {
        expect((await queryIn(folder, text)).length).toBeGreaterThan(0);
      }),
    js: ({ line, text }) =>
      test(`js in line ${line} prints the moments`, async () => {
        const script = `node --input-type=module <<'END'\n${text}\nEND`;
        const { output, succeeded } = runShell(script, folder);
        expect(succeeded, output).toBe(true);
        expect(numbersIn(output)).toEqual(expect.arrayContaining(await roundedMoments(folder)));
      }),
    python: ({ line, text }) =>
      test.runIf(python)(
        `python in line ${line} ${pythonRun}, and prints the moments`,
        async () => {
          const csv = `COPY (FROM '${folder}/runs/tour/draws.parquet') TO '${folder}/runs/tour/draws.csv'`;
          await queryIn(folder, csv);
          const printed = runPython(python!, text, folder);
          expect(numbersIn(printed)).toEqual(expect.arrayContaining(await roundedMoments(folder)));
        },
      ),
  };
  for (const block of blocks) runs[block.language]?.(block);
});

/** The mean and variance of each process at each input in runs/tour, to three decimals. */
async function roundedMoments(folder: string): Promise<string[]> {
  const rows = await queryIn(
    folder,
    `SELECT avg(value) AS mean, var_samp(value) AS variance
     FROM 'runs/tour/draws.parquet' GROUP BY process, z`,
  );
  return rows.flatMap(({ mean, variance }) => [rounded(Number(mean)), rounded(Number(variance))]);
}

function numbersIn(text: string): string[] {
  return Array.from(text.matchAll(/-?\d+\.\d+(?:e-?\d+)?/g), ([number]) => rounded(Number(number)));
}

const rounded = (value: number) => (Math.abs(value) < 5e-4 ? '0.000' : value.toFixed(3));

describe('what the documents list', () => {
  let folder: string;
  const code = (cell: string) => /^`(.*)`$/.exec(cell)![1];
  const names = (document: string, heading: string) =>
    tableBelow(read(document), heading).map(([name]) => code(name));
  const json = (file: string) =>
    JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, unknown>;

  beforeAll(() => {
    folder = createWorkspace();
    const { output, succeeded } = runShell(
      `npx resdiff run pipelines/figure-2.yaml --out runs/tour
       npx resdiff list --json > list.json`,
      folder,
    );
    expect(succeeded, output).toBe(true);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('are the settings of draws, with the defaults of figure-2', () => {
    const { experiments } = json('list.json') as {
      experiments: { name: string; settings: { key: string }[] }[];
    };
    const draws = experiments.find(({ name }) => name === 'draws')!;
    expect(names('README.md', 'Settings')).toEqual(draws.settings.map(({ key }) => key));

    const pipeline = parse(read('pipelines/figure-2.yaml')) as Record<string, unknown>;
    for (const [setting, , , value] of tableBelow(read('README.md'), 'Settings')) {
      expect(parse(code(value)), setting).toEqual(pipeline[code(setting)]);
    }
  });

  // A seed is text, though its digits read as a number.
  const text = (value: unknown) => JSON.stringify(value).replaceAll('"', '');
  const documentOf = (heading: string) =>
    withBlocks.find((document) => read(document).includes(`# ${heading}\n`)) ?? '';
  const documented = experiments.filter(({ name }) => name !== 'draws');

  test.each(documented)('are the settings and columns of $name', (experiment) => {
    const { name, settings, keys } = experiment;
    const document = documentOf(`Settings of ${name}`);
    const rows = tableBelow(read(document), `Settings of ${name}`);
    expect(rows.map(([setting]) => code(setting))).toEqual(Object.keys(keys));
    const defaults = settings.parse({});
    for (const [setting, , value] of rows) {
      expect(text(parse(code(value))), setting).toBe(text(defaults[code(setting)]));
    }
    const schema = experiment.table(defaults);
    const files = `${schema.name}.parquet and ${schema.name}.arrow`;
    expect(tableBelow(read(document), files).map(([column, type]) => [code(column), type])).toEqual(
      schema.columns.map(({ name, type }) => [name, type === 'category' ? 'string' : type]),
    );
  });

  test('are the keys of the manifest and of an estimate', () => {
    const keys = (heading: string) => names('docs/run-folder.md', heading);
    expect(keys('manifest.json')).toEqual(Object.keys(json('runs/tour/manifest.json')));
    const { estimates } = json('runs/tour/summary.json') as { estimates: object[] };
    expect(keys('summary.json')).toEqual(Object.keys(estimates[0]));
  });

  test('are the columns of the tables', async () => {
    const columns = await queryIn(folder, `DESCRIBE FROM 'runs/tour/draws.parquet'`);
    const listed = names('docs/run-folder.md', 'draws.parquet and draws.arrow');
    expect(listed).toEqual(columns.map(({ column_name }) => column_name));
  });

  test('are started by npx itself too', () => {
    const { output, succeeded } = runShell('command npx resdiff --version', folder);
    expect(succeeded, output).toBe(true);
  });

  test('are the activations', () => {
    const { output } = runShell(
      'npx resdiff plan pipelines/figure-2.yaml --set activation=none || true',
      folder,
    );
    const known = /must be one of ([\w, -]*)/.exec(output)![1].split(', ');
    const listed = /^Activations are ([^.]*)\./m.exec(read('README.md'))![1];
    expect(Array.from(listed.matchAll(/`([\w-]+)`/g), ([, name]) => name)).toEqual(known);
  });
});
