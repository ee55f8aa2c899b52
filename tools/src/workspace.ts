import {
  cpSync,
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
import { writeImages } from './images.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Images are few and small here, and a set of their own. */
const images = { train: 400, test: 100 };
/** Settings that make every pipeline quick; the documents' commands run on them as written. */
const small = {
  width: 40,
  depth: 20,
  draws: 400,
  trainImages: images.train,
  testImages: images.test,
};
/** Settings that make the quick versions quicker still. */
const smaller = {
  width: 10,
  depth: 64,
  draws: 40,
  points: 9,
  blocks: 20,
  trainImages: images.train,
  subsets: 1,
  testImages: images.test,
  epochs: 2,
  steps: 20,
  repetitions: 1,
  size: [5],
  depths: [5],
  widths: [5],
};

/** A folder like a checkout, but with small pipelines, in which the documents' blocks can run. */
export function createWorkspace(): string {
  const folder = mkdtempSync(join(tmpdir(), 'resdiff-docs-'));
  cpSync(join(root, 'pipelines'), join(folder, 'pipelines'), { recursive: true });
  for (const name of readdirSync(join(folder, 'pipelines'))) {
    const file = join(folder, 'pipelines', name);
    const pipeline = parseDocument(readFileSync(file, 'utf8'));
    if (pipeline.has('data')) pipeline.set('data', './images');
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
  writeImages(join(folder, 'images'), images.train, images.test);
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
