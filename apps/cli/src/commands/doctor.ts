import {
  checkEngines,
  checkKernel,
  experiments,
  findGpus,
  type EngineCheck,
} from '@resdiff/experiments';
import { describeMachine, messageOf, type DeviceProbe } from '@resdiff/runtime';
import { spawnSync } from 'node:child_process';
import { findDatasets, searchedFolders, type DatasetState } from '../data-sets.ts';
import { bytes, table } from '../format.ts';
import { openTerminal, type TerminalOptions } from '../terminal.ts';
import { version } from '../version.ts';

interface Finding {
  readonly what: string;
  readonly found: boolean;
  readonly detail: string;
  /** How to get what is missing, where there is a way. */
  readonly remedy?: string;
}

/** `resdiff doctor`: what was found here. Returns 1 if the sampler itself does not work. */
export async function doctor(options: TerminalOptions): Promise<number> {
  const terminal = openTerminal(options);
  const machine = describeMachine();
  const kernelFault = checkKernel();
  const gpus = await findGpus();
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
    ...(await checkEngines()).map(engine),
    ...gpus.map(gpu),
    program('NVIDIA GPU', 'nvidia-smi', ['--query-gpu=name,memory.total', '--format=csv,noheader']),
    program('Slurm', 'sbatch', ['--version']),
    ...dataSets(),
  ];
  const mark = (found: boolean) => (found ? 'yes' : 'no');
  terminal.say(
    table(
      findings.map(({ what, found, detail }) => [what, mark(found), detail]),
      'lll',
    ),
  );
  const remedies = findings.flatMap(({ what, remedy }) => (remedy ? [[`  ${what}`, remedy]] : []));
  if (remedies.length > 0) {
    terminal.say(`\nTo get what is missing, if you need it:\n${table(remedies, 'll')}`);
  }
  const devices = gpus.flatMap(({ devices }) => devices);
  terminal.result({ machine, devices, findings });
  return kernelFault === undefined ? 0 : 1;
}

function engine({ name, version: loaded, fault, remedy }: EngineCheck): Finding {
  return {
    what: `engine ${name}`,
    found: loaded !== undefined,
    detail: loaded ?? fault ?? '',
    ...(remedy !== undefined && { remedy }),
  };
}

const kindNames = { webgpu: 'WebGPU', cuda: 'CUDA' };

/** The GPUs of a kind, and which experiments can be computed there. */
function gpu({ kind, devices, problem }: DeviceProbe): Finding {
  const what = kindNames[kind];
  if (devices.length === 0) {
    return {
      what,
      found: false,
      detail: problem?.reason ?? 'no device was found',
      ...(problem?.remedy !== undefined && { remedy: problem.remedy }),
    };
  }
  const listed = devices.map(
    ({ device, name, software, unusable }) =>
      `${device} (${name}${software ? ', a program on the processor' : ''}${unusable === undefined ? '' : `; not to be used: ${unusable}`})`,
  );
  const able = experiments.filter(({ gpus }) => gpus?.kinds.includes(kind));
  const detail = `${listed.join(', ')}, for ${able.map(({ name }) => name).join(', ')}`;
  return { what, found: true, detail };
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

function dataSets(): Finding[] {
  try {
    return findDatasets(searchedFolders(undefined)).map(dataSet);
  } catch (error) {
    return [{ what: 'data sets', found: false, detail: messageOf(error) }];
  }
}

function dataSet(dataset: DatasetState): Finding {
  if (dataset.location) {
    const { folder } = dataset.location;
    return { what: dataset.known ? `data ${dataset.name}` : 'data', found: true, detail: folder };
  }
  const { message, remedy } = dataset.absence;
  return {
    what: `data ${dataset.name}`,
    found: false,
    detail: message,
    ...(remedy !== undefined && { remedy }),
  };
}
