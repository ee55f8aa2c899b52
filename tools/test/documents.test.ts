import { experiments } from '@resdiff/experiments';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { documents, guides, readDocument } from '../src/documents.ts';
import { queryIn } from '../src/duckdb.ts';
import { anchors, linkTargets, tableBelow } from '../src/markdown.ts';
import { runShell } from '../src/shell.ts';
import { createWorkspace, root } from '../src/workspace.ts';

const localLinks = documents.map((document) => {
  const targets = linkTargets(readDocument(document)).filter((target) => !/^https?:/.test(target));
  return { document, targets };
});

test.each(localLinks.filter(({ targets }) => targets.length > 0))(
  'the links of $document lead somewhere',
  ({ document, targets }) => {
    const lost = targets.filter((target) => {
      const [path, anchor] = target.split('#');
      const file = path === '' ? document : join(dirname(document), path);
      if (!existsSync(join(root, file))) return true;
      return anchor !== undefined && !anchors(readDocument(file)).includes(anchor);
    });
    expect(lost).toEqual([]);
  },
);

describe('what the documents list', () => {
  let folder: string;
  const code = (cell: string) => /^`(.*)`$/.exec(cell)![1];
  const names = (document: string, heading: string) =>
    tableBelow(readDocument(document), heading).map(([name]) => code(name));
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

    const pipeline = parse(readDocument('pipelines/figure-2.yaml')) as Record<string, unknown>;
    for (const [setting, , , value] of tableBelow(readDocument('README.md'), 'Settings')) {
      expect(parse(code(value)), setting).toEqual(pipeline[code(setting)]);
    }
  });

  // A seed is text, though its digits read as a number.
  const text = (value: unknown) => JSON.stringify(value).replaceAll('"', '');
  const documentOf = (heading: string) =>
    ['README.md', ...guides].find((document) =>
      readDocument(document).includes(`# ${heading}\n`),
    ) ?? '';
  const documented = experiments.filter(({ name }) => name !== 'draws');

  test.each(documented)('are the settings and columns of $name', (experiment) => {
    const { name, settings, keys } = experiment;
    const document = documentOf(`Settings of ${name}`);
    const rows = tableBelow(readDocument(document), `Settings of ${name}`);
    expect(rows.map(([setting]) => code(setting))).toEqual(Object.keys(keys));
    const defaults = settings.parse({});
    for (const [setting, , value] of rows) {
      expect(text(parse(code(value))), setting).toBe(text(defaults[code(setting)]));
    }
    const schema = experiment.table(defaults);
    const files = `${schema.name}.parquet and ${schema.name}.arrow`;
    expect(
      tableBelow(readDocument(document), files).map(([column, type]) => [code(column), type]),
    ).toEqual(
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
    const listed = /^Activations are ([^.]*)\./m.exec(readDocument('README.md'))![1];
    expect(Array.from(listed.matchAll(/`([\w-]+)`/g), ([, name]) => name)).toEqual(known);
  });
});
