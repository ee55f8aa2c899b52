import { version } from '@resdiff/experiments';
import { describeMachine, UserError } from '@resdiff/runtime';
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { resolve } from 'node:path';
import type { Row } from './benchmark.ts';
import { benchmarks, gpuBenchmarks } from './benchmarks/index.ts';
import { describeGpu, findCard, findGpu, type Gpu } from './gpu/gpu.ts';
import { parseOptions, usage, UsageError, type Options } from './options.ts';
import { findPeer, type PeerModule, type PeerVersions } from './peers.ts';
import { formatTable } from './table.ts';

interface Result {
  readonly name: string;
  readonly description: string;
  readonly rows: readonly Row[];
}

async function bench({ only, device, rounds, quick, json }: Options): Promise<void> {
  const date = new Date().toISOString();
  const gpuOnly = gpuBenchmarks.filter(({ name }) => only.includes(name));
  const gpu = gpuOnly.length > 0 ? await measurableGpu(device, quick) : undefined;
  const machine = describeMachine();
  const [torch, numpy] = await Promise.all([versionsOf('torch'), versionsOf('numpy')]);
  const versions = { resdiff: version, torch, numpy };
  const load = loadavg();
  console.log(`${machine.cpuModel}, ${machine.cpus} processors, Node.js ${machine.node}, ${date}`);
  console.log(`PyTorch ${described(versions.torch)}; NumPy ${described(versions.numpy)}`);
  console.log(`load before the start ${load[0].toFixed(1)}; rounds: ${rounds}`);
  if (gpu) console.log(describeGpu(gpu).join('\n'));
  if (quick) console.log('Small sizes: these figures show that it works, nothing else.');
  const results: Result[] = [];
  const measure = async (
    { name, description }: Pick<Result, 'name' | 'description'>,
    measured: Promise<readonly Row[]>,
  ) => {
    const rows = await measured;
    results.push({ name, description, rows });
    console.log(`\n${name}. ${description}\n${formatTable(rows)}`);
  };
  for (const benchmark of benchmarks.filter(({ name }) => only.includes(name))) {
    await measure(benchmark, benchmark.run({ rounds, quick }));
  }
  for (const benchmark of gpuOnly) {
    await measure(benchmark, benchmark.run({ rounds, quick }, gpu!));
  }
  if (json === undefined) return;
  const document = {
    date,
    machine,
    versions,
    ...(gpu && { gpu: documented(gpu) }),
    load,
    rounds,
    quick,
    benchmarks: results,
  };
  // npm runs this in benchmarks/ and keeps where it was started in INIT_CWD.
  const file = resolve(process.env.INIT_CWD ?? '.', json);
  writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
  console.log(`\nThe numbers are in ${file}`);
}

/** @throws UsageError if there is no such GPU, or if it would take days. */
async function measurableGpu(device: string, quick: boolean): Promise<Gpu> {
  try {
    const gpu = await findGpu(device);
    if (!gpu.software || quick) return { ...gpu, torch: await findCard() };
    throw new UsageError(
      `--device ${device}: is ${gpu.name}, a program on the processor: it takes --quick only.`,
    );
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UsageError(`${error.message} ${error.remedy ?? ''}`.trim());
  }
}

function documented({ device, name, software, torch }: Gpu) {
  return { device, name, software, torch: 'missing' in torch ? null : torch.name };
}

async function versionsOf(module: PeerModule): Promise<PeerVersions | null> {
  return (await findPeer(module))?.versions ?? null;
}

function described(versions: PeerVersions | null): string {
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
