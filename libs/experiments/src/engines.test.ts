import { activationNames } from '@resdiff/networks';
import { UserError } from '@resdiff/runtime';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { pipelineFile } from '../test/support.ts';
import { smallDigits } from '../test/digits.ts';
import { readPipeline } from './pipeline.ts';
import { planPipeline } from './plan-pipeline.ts';
import { engineNames, resolveTraining } from './engines.ts';

const digits = smallDigits();
const settings = { data: digits, trainImages: 100, testImages: 50, activation: 'tanh' };

const require = createRequire(import.meta.url);
const hasGpuPackage = (() => {
  try {
    return require.resolve('@tensorflow/tfjs-node-gpu') !== '';
  } catch {
    return false;
  }
})();

describe('the versions that results depend on', () => {
  it.each([
    ['onnx', /^onnxruntime \d+\.\d+\.\d+ cpu/],
    ['tfjs-cpu', /^tfjs \d+\.\d+\.\d+ cpu$/],
  ] as const)('%s', async (engine, version) => {
    const resolution = await resolveTraining({ ...settings, engine }, {});
    expect(resolution.settings).toEqual({ ...settings, engine });
    expect(resolution.versions).toEqual({
      data: expect.stringMatching(/^sha256:/) as unknown,
      engine: expect.stringMatching(version) as unknown,
    });
  });
});

describe('an activation that is drawn only', () => {
  it.each(['training', 'reparametrisation', 'training-dynamics'])(
    'stops %s before any work, and says what can be trained and what to add',
    async (experiment) => {
      const file = pipelineFile(
        `experiment: ${experiment}\ndata: ${digits}\ntrainImages: 300\ntestImages: 100\n`,
      );
      const pipeline = readPipeline(file);
      const planning = planPipeline({
        ...pipeline,
        settings: { ...pipeline.settings, activation: 'cube' },
      });
      await expect(planning).rejects.toMatchObject({
        name: 'UserError',
        message: `activation is cube, which the engine onnx cannot train; it must be one of ${activationNames.join(', ')}.`,
        remedy:
          'Take one of these, or add cube to libs/trainer/src/engines/onnx/activations.ts in the folder of resdiff and build it anew.',
        exitCode: 2,
      });
    },
  );

  it.each(engineNames)('is not in %s, which has those of every network', async (engine) => {
    const refused = resolveTraining({ ...settings, engine, activation: 'cube' }, {});
    await expect(refused).rejects.toThrow(`which the engine ${engine} cannot train`);
    await expect(refused).rejects.toThrow(`one of ${activationNames.join(', ')}.`);
  });
});

describe.skipIf(hasGpuPackage)('an engine that is not installed', () => {
  it.each(['training', 'reparametrisation', 'training-dynamics'])(
    'stops %s before any work, and says what to install',
    async (experiment) => {
      const file = pipelineFile(
        `experiment: ${experiment}\ndata: ${digits}\ntrainImages: 300\ntestImages: 100\nengine: tfjs\n`,
      );
      const error: unknown = await planPipeline(readPipeline(file)).catch(
        (error: unknown) => error,
      );
      expect(error).toBeInstanceOf(UserError);
      const { message, remedy, exitCode } = error as UserError;
      // The loader of tests says otherwise than Node why the package is not there.
      expect(message).toMatch(/^engine is tfjs: .*@tensorflow\/tfjs-node-gpu.*\.$/);
      expect(remedy).toMatch(
        /^Install it(?: anew)?: npm install @tensorflow\/tfjs-node-gpu@\d+\.\d+\.\d+\. .* Or take the engine onnx\.$/,
      );
      expect(exitCode).toBe(2);
    },
  );
});
