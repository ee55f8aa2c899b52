/** The module that computes shards, in threads and in the processes of devices. */
export function workerModule(): URL {
  const fromSource = import.meta.url.endsWith('.ts');
  return new URL(fromSource ? './worker.ts' : './worker.js', import.meta.url);
}
