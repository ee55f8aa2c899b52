import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export interface ChildUsage {
  /** From the start of the process to its end. */
  readonly wallSeconds: number;
  /** Of all its threads. */
  readonly cpuSeconds: number;
  /** The most memory that it had resident. */
  readonly peakBytes: number;
}

/**
 * Runs a script in a Node.js of its own.
 *
 * @param onLine called with each line of standard error and the seconds since the start.
 * @throws Error with the end of standard error if it fails.
 */
export async function runScript(
  script: URL,
  args: readonly string[],
  onLine: (line: string, seconds: number) => void = () => undefined,
): Promise<ChildUsage> {
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  const reporter = new URL('./report-usage.js', import.meta.url).href;
  const child = spawn(process.execPath, ['--import', reporter, fileURLToPath(script), ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  const usage = text(child.stdio[3] as Readable);
  const said: string[] = [];
  createInterface({ input: child.stderr as Readable }).on('line', (line) => {
    said.push(line);
    onLine(line, seconds());
  });
  const [code] = (await once(child, 'close')) as [number | null];
  const wallSeconds = seconds();
  if (code !== 0) {
    const end = said.slice(-20).join('\n');
    throw new Error(`${[fileURLToPath(script), ...args].join(' ')} failed:\n${end}`);
  }
  return { wallSeconds, ...(JSON.parse(await usage) as Omit<ChildUsage, 'wallSeconds'>) };
}
