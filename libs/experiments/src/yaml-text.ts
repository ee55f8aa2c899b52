import { messageOf, UserError } from '@resdiff/runtime';
import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';

/** @throws {UserError} naming the file, unless it holds a mapping. */
export function readMapping(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`${file}: cannot be read: ${reason(error)}.`, {
      remedy: 'Name a pipeline file that exists; `resdiff list` shows those in ./pipelines.',
    });
  }
  const content = parseYaml(text, `${file}: is not valid YAML`);
  if (!isMapping(content)) {
    throw new UserError(
      `${file}: must be a mapping of keys to values, such as "experiment: draws", not ${show(content)}.`,
    );
  }
  return content;
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws {UserError} that begins with `refusal`. */
export function parseYaml(text: string, refusal: string): unknown {
  const document = parseDocument(text, { logLevel: 'error' });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) {
    throw new UserError(
      problem.code === 'MULTIPLE_DOCS'
        ? `${refusal} of one document: it goes on after a line of "---".`
        : `${refusal}: ${printable(problem.message.trim())}`,
    );
  }
  try {
    return document.toJS();
  } catch (error) {
    throw new UserError(`${refusal}: ${messageOf(error)}`);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EISDIR: 'it is a folder',
  EACCES: 'permission is denied',
};

function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return reasons[code] ?? messageOf(error);
}

/** How much of a value a message shows. */
const MOST_SHOWN = 80;

/** A value as a person would write it, on one line of bounded length. */
export function show(value: unknown): string {
  const shown = inWords(value);
  return shown.length > MOST_SHOWN ? `${shown.slice(0, MOST_SHOWN)}...` : shown;
}

/** A value as a person would write it, on one line; different values have different texts. */
export function inWords(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return `[${value.map(inWords).join(', ')}]`;
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object') return `${value as number | boolean}`;
  const members = Object.entries(value).map(([key, member]) => `${key}: ${inWords(member)}`);
  return `{${members.join(', ')}}`;
}

function quoted(text: string): string {
  return printable(JSON.stringify(text));
}

/** Lines without what a terminal would take as a command. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]|\uFFFD/gu, '?');
}
