import { runId, UserError, type Manifest, type RunPlan } from '@resdiff/runtime';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { smallDigits } from '../test/digits.ts';
import { pipelineFile } from '../test/support.ts';
import { readPipeline } from './pipeline.ts';
import { planFromManifest } from './plan-from-manifest.ts';
import { planPipeline } from './plan-pipeline.ts';
import { planSweep } from './sweep/plan-sweep.ts';

/** What the folder of a run has of its plan, as it is read back. */
function manifestOf(plan: RunPlan): Manifest {
  const text = JSON.stringify({ ...plan, schema: undefined, runId: runId(plan) });
  return JSON.parse(text) as Manifest;
}

const small = 'experiment: draws\nwidth: 4\ndepth: 3\ndraws: 5\n';
const sweep = `${small}grid: {width: [4, 5], inputs: [[0, 1], 2], seed: [1, 2]}\n`;

const folder = new URL('../../../pipelines/', import.meta.url);
const files = readdirSync(folder).map((name) => fileURLToPath(new URL(name, folder)));

const digits = smallDigits();
const onDigits = [`data=${digits}`, 'trainImages=100', 'testImages=50', 'batch=50'];

describe('the run of a manifest', () => {
  it.each(files)('is that of the pipeline %s', async (file) => {
    const { keys } = readPipeline(file).experiment;
    const set = onDigits.filter((option) => option.split('=')[0] in keys);
    const pipeline = readPipeline(file, { quick: true, set });
    const planned = await planPipeline(pipeline);
    const found = await planFromManifest(manifestOf(planned.plan));
    expect(found.planned).toEqual({
      plan: JSON.parse(JSON.stringify(planned.plan)) as RunPlan,
      settings: planned.settings,
      warnings: [],
      environment: {},
    });
    expect(found.pipeline).toMatchObject({ name: pipeline.name, experiment: pipeline.experiment });
  });

  it('is a sweep with the same points', async () => {
    const planned = await planSweep(readPipeline(pipelineFile(sweep)));
    const found = await planFromManifest(manifestOf(planned.plan));
    expect(found.planned.plan).toEqual(JSON.parse(JSON.stringify(planned.plan)));
    expect(runId(found.planned.plan)).toBe(runId(planned.plan));
    expect(found.planned.settings).toEqual(planned.settings);
  });
});

describe('a manifest is refused', () => {
  async function refusal(change: Partial<Manifest>, text = small): Promise<string> {
    const pipeline = readPipeline(pipelineFile(text));
    const { plan } = await (pipeline.grid ? planSweep(pipeline) : planPipeline(pipeline));
    return refusalOf({ ...manifestOf(plan), ...change });
  }

  async function refusalOf(manifest: Manifest): Promise<string> {
    const error: unknown = await planFromManifest(manifest).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).remedy).toBeTypeOf('string');
    return (error as UserError).message;
  }

  it('if another version of the program or of the kernel made it', async () => {
    const { plan } = await planPipeline(readPipeline(pipelineFile(small)));
    const { resdiff, kernel } = plan.versions;
    const here = `this is resdiff ${resdiff} with the kernel ${kernel}, whose results may differ.`;
    expect(await refusal({ versions: { ...plan.versions, resdiff: '0.0.1' } })).toBe(
      `The run was made by resdiff 0.0.1 with the kernel ${kernel}; ${here}`,
    );
    expect(await refusal({ versions: { ...plan.versions, kernel: 'abc' } })).toBe(
      `The run was made by resdiff ${resdiff} with the kernel abc; ${here}`,
    );
  });

  it('if there is no such experiment', async () => {
    expect(await refusal({ experiment: 'drws' })).toMatch(
      /^The run is of the experiment drws, which this resdiff does not have; it has draws, /,
    );
  });

  it('if its settings are not resolved ones', async () => {
    const { plan } = await planPipeline(readPipeline(pipelineFile(small)));
    const config = plan.config as Record<string, never>;
    expect(await refusal({ config: { ...config, T: 0 } })).toBe(
      'The settings of the run are not those of the experiment draws: T must be a finite number above 0.',
    );
    expect(await refusal({ config: { ...config, activation: 'TanH' } })).toBe(
      'The settings of the run are not those of the experiment draws: they are not resolved.',
    );
  });

  it('if those of a point are not, which it names', async () => {
    const { plan } = await planSweep(readPipeline(pipelineFile(sweep)));
    const points = plan.points!.map((point, i) =>
      i === 3 ? { ...point, config: { ...point.config, width: 0 } } : point,
    );
    expect(await refusal({ points }, sweep)).toBe(
      'The settings of the run are not those of the experiment draws, at the point width = 0, inputs = 2, seed = 2: width must be a whole number from 1 to 100000.',
    );
  });

  it('if it is to be computed with another engine, but not if it is to be merged', async () => {
    const file = pipelineFile('experiment: training\nsize: 3\n');
    const { plan } = await planPipeline(readPipeline(file, { set: onDigits }));
    const other = { ...plan, versions: { ...plan.versions, engine: 'onnxruntime 0.1' } };
    const manifest = manifestOf(other);
    expect(await refusalOf(manifest)).toBe(
      `The run was planned with the engine onnxruntime 0.1; here it is ${plan.versions.engine}.`,
    );
    const { planned } = await planFromManifest(manifest, { computes: false });
    expect(planned.plan.versions).toEqual(other.versions);
  });
});
