import { checkKernel, version } from '@resdiff/experiments';
import { describeMachine } from '@resdiff/runtime';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { bytes, table } from '../format.ts';
import { openTerminal, type TerminalOptions } from '../terminal.ts';

interface Finding {
  readonly what: string;
  readonly found: boolean;
  readonly detail: string;
}

/** `resdiff doctor`: what was found here. Returns 1 if the sampler itself does not work. */
export function doctor(options: TerminalOptions): number {
  const terminal = openTerminal(options);
  const machine = describeMachine();
  const kernelFault = checkKernel();
  const findings: Finding[] = [
    { what: 'resdiff', found: true, detail: version },
    { what: 'Node.js', found: true, detail: machine.node },
    { what: 'processors', found: true, detail: `${machine.cpus} (${machine.cpuModel})` },
    { what: 'memory', found: true, detail: bytes(machine.memory) },
    {
      what: 'SIMD sampler',
      found: kernelFault === undefined,
      detail: kernelFault ?? 'WebAssembly SIMD runs, and its random words are Philox4x32-10',
    },
    module('engine onnx', 'onnxruntime-node'),
    module('engine tfjs', '@tensorflow/tfjs-node-gpu'),
    module('WebGPU', 'webgpu'),
    program('NVIDIA GPU', 'nvidia-smi', ['--query-gpu=name,memory.total', '--format=csv,noheader']),
    program('Slurm', 'sbatch', ['--version']),
    dataSets(),
  ];
  const mark = (found: boolean) => (found ? 'yes' : 'no');
  terminal.say(
    table(
      findings.map(({ what, found, detail }) => [what, mark(found), detail]),
      'lll',
    ),
  );
  terminal.result({ machine, findings });
  return kernelFault === undefined ? 0 : 1;
}

function module(what: string, name: string): Finding {
  try {
    createRequire(import.meta.url).resolve(name);
    return { what, found: true, detail: `${name} is installed` };
  } catch {
    return { what, found: false, detail: `${name} is not installed; sampling does not need it` };
  }
}

function program(what: string, name: string, words: string[]): Finding {
  const { status, stdout, error } = spawnSync(name, words, { encoding: 'utf8', timeout: 10_000 });
  if (status === 0) return { what, found: true, detail: stdout.trim().replaceAll('\n', '; ') };
  const absent = error && 'code' in error && error.code === 'ENOENT';
  return {
    what,
    found: false,
    detail: absent ? `${name} is not on the PATH` : `${name} is there but fails`,
  };
}

/** Where data sets are looked for, in this order. */
function dataFolders(): string[] {
  const { RESDIFF_DATA } = process.env;
  return [...(RESDIFF_DATA ? [RESDIFF_DATA] : []), 'data', '/usr/share/datasets'];
}

function dataSets(): Finding {
  const found = dataFolders().flatMap((folder) =>
    entries(folder)
      .filter((name) => entries(join(folder, name)).some((file) => /idx\d-ubyte/.test(file)))
      .map((name) => join(folder, name)),
  );
  return {
    what: 'data sets',
    found: found.length > 0,
    detail: found.join(', ') || `none in ${dataFolders().join(', ')}; sampling does not need any`,
  };
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
