/** Preloaded into a process, it writes what the process took to file descriptor 3 as it ends. */
import { readFileSync, writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    const peakBytes = 1024 * (highWaterMark() ?? process.resourceUsage().maxRSS);
    writeSync(3, JSON.stringify({ cpuSeconds: (user + system) / 1e6, peakBytes }));
  });
}

/** The peak of the resident set in KiB. On Linux maxRSS counts what the parent had at the fork. */
function highWaterMark(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}
