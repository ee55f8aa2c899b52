import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * What a TypeScript file of this folder prints, as JSON, in a process of its own.
 *
 * @throws if the process ends otherwise than with exit code 0.
 */
export async function printedBy(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ readonly printed: unknown; readonly stderr: string }> {
  const path = new URL(file, import.meta.url).pathname;
  const flags = ['--conditions=@resdiff/source', '--import', 'tsx', path, ...args];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, flags, {
    cwd: import.meta.dirname,
    env,
    maxBuffer: 2 ** 26,
  });
  return { printed: JSON.parse(stdout), stderr };
}
