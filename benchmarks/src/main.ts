import { version } from '@resdiff/experiments';
import { describeMachine } from '@resdiff/runtime';
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { resolve } from 'node:path';
import type { Row } from './benchmark.ts';
import { benchmarks } from './benchmarks/index.ts';
import { parseOptions, usage, UsageError, type Options } from './options.ts';
import { findPeer } from './peers.ts';
import { formatTable } from './table.ts';

interface Result {
  readonly name: string;
  readonly description: string;
  readonly rows: readonly Row[];
}

async function bench({ only, rounds, quick, json }: Options): Promise<void> {
  const date = new Date().toISOString();
  const machine = describeMachine();
  const versions = { resdiff: version, torch: versionsOf('torch'), numpy: versionsOf('numpy') };
  const load = loadavg();
  console.log(`${machine.cpuModel}, ${machine.cpus} processors, Node.js ${machine.node}, ${date}`);
  console.log(`PyTorch ${described(versions.torch)}; NumPy ${described(versions.numpy)}`);
  console.log(`load before the start ${load[0].toFixed(1)}; rounds: ${rounds}`);
  if (quick) console.log('Small sizes: these figures show that it works, nothing else.');
  const results: Result[] = [];
  for (const benchmark of benchmarks.filter(({ name }) => only.includes(name))) {
    const { name, description } = benchmark;
    const rows = await benchmark.run({ rounds, quick });
    results.push({ name, description, rows });
    console.log(`\n${name}. ${description}\n${formatTable(rows)}`);
  }
  if (json === undefined) return;
  const document = { date, machine, versions, load, rounds, quick, benchmarks: results };
  // npm runs this in benchmarks/ and keeps where it was started in INIT_CWD.
  const file = resolve(process.env.INIT_CWD ?? '.', json);
  writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
  console.log(`\nThe numbers are in ${file}`);
}

function versionsOf(module: 'torch' | 'numpy') {
  return findPeer(module)?.versions ?? null;
}

function described(versions: ReturnType<typeof versionsOf>): string {
  if (!versions) return 'not found';
  return `${versions.module} (Python ${versions.python}, ${versions.blas || 'unknown BLAS'})`;
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options) await bench(options);
  else console.log(usage);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
