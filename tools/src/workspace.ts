import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isSeq, parseDocument } from 'yaml';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Settings that make every pipeline quick; the documents' commands run on them as written. */
const small = { width: 40, depth: 20, draws: 400 };
/** Settings that make the quick versions quicker still. */
const smaller = {
  width: 40,
  depth: 64,
  draws: 40,
  points: 15,
  blocks: 20,
  trainImages: 400,
  subsets: 1,
  testImages: 100,
  epochs: 2,
  steps: 20,
  size: [5, 10],
  depths: [5, 10],
  widths: [5, 10],
};

/** A folder like a checkout, but with small pipelines, in which the documents' blocks can run. */
export function createWorkspace(): string {
  const folder = mkdtempSync(join(tmpdir(), 'resdiff-docs-'));
  cpSync(join(root, 'pipelines'), join(folder, 'pipelines'), { recursive: true });
  for (const name of readdirSync(join(folder, 'pipelines'))) {
    const file = join(folder, 'pipelines', name);
    const pipeline = parseDocument(readFileSync(file, 'utf8'));
    for (const [key, value] of Object.entries(small)) {
      if (Number(pipeline.get(key)) > value) pipeline.set(key, value);
    }
    for (const [key, value] of Object.entries(smaller)) {
      const quick = pipeline.getIn(['quick', key]);
      if (Array.isArray(value) ? isSeq(quick) : Number(quick) > value) {
        pipeline.setIn(['quick', key], value);
      }
    }
    writeFileSync(file, pipeline.toString());
  }
  // Found at once where there are any; else each process draws synthetic digits.
  const data = join(root, '../shared/data');
  if (existsSync(data)) symlinkSync(data, join(folder, 'data'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(join(root, 'node_modules/.bin'), join(folder, 'node_modules/.bin'));
  symlinkSync(packageFolder('nodejs-polars'), join(folder, 'node_modules/nodejs-polars'));
  return folder;
}

function packageFolder(name: string): string {
  const marker = `/node_modules/${name}/`;
  const entry = fileURLToPath(import.meta.resolve(name));
  return dirname(`${entry.slice(0, entry.lastIndexOf(marker))}${marker}package.json`);
}
