import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { onnxEngine, parameterTensors, type Engine } from '../src/index.ts';
import { printedBy } from './child.ts';
import { deviation } from './deviation.ts';
import { vulkan } from './vulkan.ts';
import type { WebgpuReport } from './webgpu-child.ts';
import { activated, plain, special, trained, type Result, type Task } from './webgpu-trainings.ts';

// f32 rounds to 6e-8. The losses, parameters and moments of a few steps hold some ten such errors, and
// up to ten times that where a sum nearly cancels; a change of the rate by a thousandth makes 1e-4.
const TOLERANCE = 5e-6;
/** WebGPU asks of sines an error of 5e-4 at most, and SwiftShader's reach 2e-4. */
const SINE_TOLERANCE = 1e-3;

/** In a process of its own, since what fails on a GPU may end the process. */
async function webgpuReport(): Promise<WebgpuReport | { readonly unavailable: string }> {
  const found = vulkan();
  if ('missing' in found) return { unavailable: found.missing };
  const { printed } = await printedBy('./webgpu-child.ts', [], found.env);
  return printed as WebgpuReport | { unavailable: string };
}

describe('the engine onnx on WebGPU', () => {
  let found: Awaited<ReturnType<typeof webgpuReport>>;
  let report: WebgpuReport;
  let cpu: Engine;

  beforeAll(async () => {
    found = await webgpuReport();
    cpu = await onnxEngine();
  }, 600_000);

  beforeEach(({ skip }) => {
    if (!('unavailable' in found)) {
      report = found;
    } else if (process.env.CI) {
      throw new Error(`WebGPU is to be tested in CI: ${found.unavailable}`);
    } else {
      skip(`not tested on WebGPU: ${found.unavailable}`);
    }
  });

  function worst(actual: Result, expected: Result): number {
    expect(Object.keys(actual)).toEqual(Object.keys(expected));
    const errors = Object.keys(expected).map((name) => deviation(actual[name], expected[name]));
    return Math.max(...errors);
  }

  it('says where it computes', () => {
    const version = expect.stringMatching(/^onnxruntime \d+\.\d+\.\d+ webgpu$/) as string;
    expect(report.engine).toEqual({ name: 'onnx', version, device: 'webgpu:0' });
  });

  it.each(Object.entries(plain))('trains as on the CPU: %s', async (name, task) => {
    const expected = await trained(cpu, task);
    expect(worst(report.results[name], expected)).toBeLessThan(TOLERANCE);
    expect(deviation(report.otherRate[name].losses, expected.losses)).toBeGreaterThan(
      5 * TOLERANCE,
    );
  });

  it.each(Object.entries(special))('trains as on the CPU with %s', async (name, task) => {
    expect(worst(report.results[name], await trained(cpu, task))).toBeLessThan(TOLERANCE);
  });

  it.each(Object.entries(activated))('has the activation %s', async (name, task) => {
    const tolerance = name === 'sin' ? SINE_TOLERANCE : TOLERANCE;
    expect(worst(report.results[name], await trained(cpu, task))).toBeLessThan(tolerance);
  });

  it.each(['SGD', 'Adam'])(
    'goes on from a state, and in two sessions, to the same bits: %s',
    (name) => {
      const { results, resumed, interleaved } = report;
      expect(results[name]).toMatchObject(resumed[name]);
      expect(results[name]).toMatchObject(interleaved[name]);
    },
  );

  describe('leaves images and state on the device', () => {
    const f32 = 4;
    /** Losses of so many steps come back together. */
    const losses = 32;

    function stateNumbers({ job: { model, optimizer } }: Task): number {
      const sizes = parameterTensors(model).map(({ shape }) => shape.reduce((a, b) => a * b));
      const parameters = sizes.reduce((a, b) => a + b);
      return optimizer.kind === 'adam' ? 3 * parameters : parameters;
    }

    it.each([
      ['SGD', 2],
      ['Adam', 4],
    ])(
      'while %s takes steps: only rows and %i factors go there, and losses come',
      (name, factors) => {
        const { job, steps } = plain[name];
        expect(report.crossed[name].run).toEqual({
          to: steps * (job.batch + factors) * f32,
          from: losses * f32,
        });
      },
    );

    it.each(['SGD', 'Adam'])(
      'and counts what does cross where %s is asked for its state',
      (name) => {
        const { load, state } = report.crossed[name];
        expect(state).toEqual({ to: 0, from: stateNumbers(plain[name]) * f32 });
        expect(load.to).toBeGreaterThanOrEqual(stateNumbers(plain.SGD) * f32);
      },
    );
  });
});
