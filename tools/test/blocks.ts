import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDocument } from '../src/documents.ts';
import { queryIn } from '../src/duckdb.ts';
import { fencedBlocks, type Block } from '../src/markdown.ts';
import { unmatchedLines } from '../src/output.ts';
import { findPython, runPython } from '../src/python.ts';
import { checkWithoutRunning, commandsOf, runShell } from '../src/shell.ts';
import { createWorkspace } from '../src/workspace.ts';

const python = findPython();
const pythonRun = !python
  ? 'is not run: no python3 here has pandas'
  : python.readsParquet
    ? 'runs with pandas and pyarrow'
    : 'runs with pandas on a CSV copy of the table, for want of pyarrow';

/** Defines tests that every block of code of a document works and prints what it says. */
export function testBlocks(document: string): void {
  describe(`the blocks of ${document}`, () => {
    defineTests(document);
  });
}

function defineTests(document: string): void {
  const blocks = fencedBlocks(readDocument(document));
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
}

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
