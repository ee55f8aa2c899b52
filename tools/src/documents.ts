import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './workspace.ts';

const markdownIn = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));

/** All documents, as paths in the workspace. */
export const documents = ['.', 'benchmarks', 'data', 'docs', 'docs/decisions'].flatMap(markdownIn);

/** Those in which every block of code is to work. */
export const guides = markdownIn('docs');

export const readDocument = (path: string) => readFileSync(join(root, path), 'utf8');
