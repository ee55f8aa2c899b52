import { UserError, type FoundDevice, type GpuKind } from '@resdiff/runtime';
import { webgpuAdapters } from '@resdiff/sampler';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { engine } from './engines.ts';
import { gpuUsers } from './gpus.ts';

/**
 * The GPUs of a kind that this machine has, for a process that ends by `process.exit`: it may load
 * drivers, which write to its standard error why none is to be had.
 *
 * @throws an error that says what is missing and how to get it.
 */
export function listGpus(kind: GpuKind): Promise<readonly FoundDevice[]> {
  return kind === 'webgpu' ? listWebgpu() : listCuda();
}

/** Adapters of programs that do as a GPU: SwiftShader, llvmpipe and lavapipe of Mesa, WARP. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i;

async function listWebgpu(): Promise<readonly FoundDevice[]> {
  const onlyFirst = gpuUsers().includes('onnx');
  return (await webgpuAdapters()).map(({ name, backend, hiddenBy }, index) => {
    const unusable = onlyFirst ? index > 0 && ONLY_FIRST : hiddenBy !== undefined && twin(hiddenBy);
    return {
      device: `webgpu:${index}`,
      name: `${name}, ${backend}`,
      ...(SOFTWARE.test(name) && { software: true }),
      ...(unusable !== false && { unusable }),
    };
  });
}

const ONLY_FIRST = 'ONNX Runtime computes on the first WebGPU adapter that a process sees';

function twin(first: number): string {
  return `WebGPU cannot tell it from webgpu:${first}, as their names are the same or one is in the other; a process that sees this card alone has it as webgpu:0`;
}

async function listCuda(): Promise<readonly FoundDevice[]> {
  const cards = visible(await nvidiaCards(), process.env.CUDA_VISIBLE_DEVICES);
  if (cards.length === 0) {
    throw new UserError('no card of NVIDIA is visible to this process', {
      remedy: 'Set CUDA_VISIBLE_DEVICES to the cards to use, or unset it.',
    });
  }
  const engines = gpuUsers().filter((user) => user !== 'sampler');
  for (const name of engines.length > 0 ? engines : ['onnx' as const]) await engine(name, 'cuda:0');
  return cards.map(({ name }, index) => ({ device: `cuda:${index}`, name }));
}

interface Card {
  readonly index: string;
  readonly uuid: string;
  readonly name: string;
}

async function nvidiaCards(): Promise<readonly Card[]> {
  const query = ['--query-gpu=index,uuid,name', '--format=csv,noheader'];
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', query, { timeout: 10_000 });
    return parseCards(stdout);
  } catch (error) {
    throw new UserError('nvidia-smi, which lists cards of NVIDIA, is not there or fails', {
      remedy:
        'Install the driver of NVIDIA, where there is such a card. Others compute with webgpu.',
      cause: error,
    });
  }
}

/** Reads what nvidia-smi prints: a line a card, `0, GPU-<uuid>, <name>`. */
export function parseCards(text: string): Card[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const [index = '', uuid = '', ...name] = line.split(',').map((part) => part.trim());
    return { index, uuid, name: name.join(', ') };
  });
}

/** The cards that CUDA_VISIBLE_DEVICES leaves, in its order: those before the first it gets wrong. */
export function visible(cards: readonly Card[], variable: string | undefined): readonly Card[] {
  if (variable === undefined) return cards;
  const items = variable.split(',').map((item) => item.trim());
  const chosen = items.map((item) =>
    cards.find(({ index, uuid }) => item === index || (item !== '' && uuid.startsWith(item))),
  );
  const wrong = chosen.indexOf(undefined);
  return (wrong < 0 ? chosen : chosen.slice(0, wrong)) as Card[];
}
