import { UserError } from '@resdiff/runtime';
import { describe, expect, it } from 'vitest';
import { pipelineFile } from '../test/support.ts';
import { checkDevices, devicesForRun } from './devices.ts';
import { parseCards, visible } from './list-gpus.ts';
import { readPipeline } from './pipeline.ts';
import { planPipeline, type RunnableRun } from './plan-pipeline.ts';
import { planSweep } from './sweep/plan-sweep.ts';
import { training } from './training.ts';

/** What is found for a pipeline without looking for GPUs, or why it is refused. */
async function found(
  text: string,
  devices: readonly string[] | 'auto',
  mixed = false,
): Promise<unknown> {
  const pipeline = readPipeline(pipelineFile(text));
  const planned = await (pipeline.grid ? planSweep(pipeline) : planPipeline(pipeline));
  try {
    const chosen = await devicesForRun(pipeline.experiment, planned, { devices, mixed });
    return chosen.map(({ device }) => device);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  }
}

describe('devicesForRun', () => {
  const draws = 'experiment: draws\nwidth: 6\ndepth: 4\ndraws: 2\n';
  const manyInputs = Array.from({ length: 49 }, (_, z) => z).join(', ');

  it('takes the cpu without looking for GPUs', async () => {
    expect(await found(draws, ['cpu'])).toEqual(['cpu']);
    expect(await found('experiment: explosion\n', 'auto')).toEqual(['cpu']);
    expect(await found(`${draws}inputs: [${manyInputs}]\n`, 'auto')).toEqual(['cpu']);
  });

  it.each([
    [
      'explosion',
      ['webgpu:0'],
      'The experiment explosion cannot be computed on webgpu:0, only on cpu.',
    ],
    [
      'draws',
      ['cuda:1'],
      'The experiment draws cannot be computed on cuda:1, only on webgpu or cpu.',
    ],
  ])('refuses kinds of GPUs that %s cannot use', async (name, devices, message) => {
    expect(await found(`experiment: ${name}\n`, devices)).toBe(message);
  });

  it.each([
    [`${draws}inputs: [${manyInputs}]\n`, 'a GPU draws at most 48 inputs at once, not 49'],
    [
      `${draws}sigmaW: 1e+30\n`,
      'a GPU computes in f32, which cannot hold the variances of the parameters',
    ],
    [
      'experiment: ntk\nsize: [4]\nsigmaB: 1e+30\n',
      'a GPU computes in f32, which cannot hold the variances of the parameters',
    ],
    [
      'experiment: functions\nkind: feedforward\nwidths: 4\ndepths: 4\n',
      'a GPU draws functions of residual networks only, not feedforward ones',
    ],
    [
      'experiment: functions\nactivations: [swish, relu]\nwidths: 6\ndepths: 4\n',
      'a GPU draws functions by interpolation only, and of relu, L = 4, D = 6: relu is not smooth',
    ],
    [
      'experiment: ntk\nsize: [4]\ngrid: {sigmaW: [1, 1.0e+30]}\n',
      'at sigmaW = 1e+30, a GPU computes in f32, which cannot hold the variances of the parameters',
    ],
  ])('refuses settings that a GPU cannot compute: %s', async (text, reason) => {
    expect(await found(text, ['webgpu:0'])).toBe(
      `This run cannot be computed on webgpu:0: ${reason}.`,
    );
  });

  it('refuses devices of several kinds unless that is allowed', async () => {
    expect(await found(draws, ['webgpu:0', 'cpu'])).toMatch(
      /^The devices are of the kinds cpu and webgpu, which differ in the last bits/,
    );
  });
});

describe('checkDevices, of the engine of a training', () => {
  const check = (engine: string, devices: readonly string[] | 'auto') => {
    const planned = { plan: {}, settings: { engine } } as unknown as RunnableRun;
    return checkDevices(training, planned, { devices, mixed: true });
  };

  it.each([
    ['onnx', ['webgpu:0', 'cuda:1', 'cpu'], ['cuda', 'webgpu', 'cpu']],
    ['tfjs', ['cuda:1'], ['cuda']],
    ['tfjs-cpu', ['cpu'], ['cpu']],
    ['onnx', 'auto', ['cuda', 'webgpu', 'cpu']],
    ['tfjs', 'auto', ['cuda']],
    ['tfjs-cpu', 'auto', ['cpu']],
  ] as const)('takes with %s the devices %j', (engine, devices, kinds) => {
    expect(check(engine, devices)).toEqual(kinds);
  });

  it.each([
    ['tfjs', 'cpu', 'cuda'],
    ['tfjs', 'webgpu:0', 'cuda'],
    ['tfjs-cpu', 'cuda:1', 'cpu'],
  ] as const)('refuses with %s %s, and names %s', (engine, device, other) => {
    const message = `This run cannot be computed on ${device}: the engine ${engine} computes on ${other} only.`;
    const remedy = `Give --device ${other}, or change the settings.`;
    expect(() => check(engine, [device])).toThrow(
      expect.objectContaining({ message, remedy, exitCode: 2 }),
    );
  });
});

describe('cards of NVIDIA', () => {
  const cards = parseCards('0, GPU-aa11, NVIDIA A100\n1, GPU-bb22, NVIDIA H100, 80GB\n');

  it('are read from what nvidia-smi prints', () => {
    expect(cards).toEqual([
      { index: '0', uuid: 'GPU-aa11', name: 'NVIDIA A100' },
      { index: '1', uuid: 'GPU-bb22', name: 'NVIDIA H100, 80GB' },
    ]);
    expect(parseCards('')).toEqual([]);
  });

  it.each([
    [undefined, ['0', '1']],
    ['1,0', ['1', '0']],
    ['GPU-bb', ['1']],
    ['1,7,0', ['1']],
    ['', []],
    ['-1', []],
  ])('are numbered as CUDA_VISIBLE_DEVICES=%s has them', (variable, expected) => {
    expect(visible(cards, variable).map(({ index }) => index)).toEqual(expected);
  });
});
