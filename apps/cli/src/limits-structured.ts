import type { LimitQuantity } from '@resdiff/limits';
import { messageOf, UserError } from '@resdiff/runtime';
import { readFileSync } from 'node:fs';

type Values = Readonly<Record<string, unknown>>;

/**
 * Options with lists and mappings as data: out of their text, in YAML as in pipelines, or out of the
 * file that they name.
 *
 * @throws {UserError} naming the parameter, if its text is no YAML or its file cannot be read.
 */
export async function readStructured(
  { name: quantity, parameters }: LimitQuantity,
  options: Values,
): Promise<Values> {
  const texts = parameters.flatMap(({ name, structured }) => {
    const text = options[name];
    return structured && typeof text === 'string' ? [{ name, text }] : [];
  });
  if (texts.length === 0) return options;
  // Only now, as it is most of what the command could load.
  const { parseYaml } = await import('@resdiff/experiments');
  const read = texts.map(({ name, text }) => {
    const what = `limits ${quantity}: ${name}`;
    const data = parseYaml(text, `${what} is not valid YAML`);
    const path = pathOf(data);
    if (path === undefined) return [name, data ?? text];
    const content = contentOf(path, what);
    return [name, parseYaml(content, `${what}: ${path} is not valid YAML`) ?? content];
  });
  return { ...options, ...(Object.fromEntries(read) as Values) };
}

/** PATH of {file: PATH}. */
function pathOf(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null || Object.keys(data).join() !== 'file') {
    return undefined;
  }
  const { file } = data as { file: unknown };
  return typeof file === 'string' && file !== '' ? file : undefined;
}

function contentOf(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UserError(`${what}: ${path} cannot be read: ${messageOf(error)}.`, {
      remedy: 'Name a file in YAML or JSON that exists.',
      cause: error,
    });
  }
}
