import { describe, expect, it } from 'vitest';
import { drawsOf, generalInputs } from '../../test/networks.ts';
import { testDevice } from '../../test/webgpu.ts';
import { webgpuCollapsedSampler } from './collapsed.ts';
import { openWebgpu, webgpuAdapters, type WebgpuDevice } from './device.ts';
import {
  WebgpuAdapterError,
  WebgpuDeviceLostError,
  WebgpuOutOfMemoryError,
  WebgpuUnavailableError,
} from './errors.ts';

const device = await testDevice();

describe.skipIf(!device)('devices', () => {
  it('are listed and opened by number or by a part of their name', async () => {
    const adapters = await webgpuAdapters();
    expect(adapters.length).toBeGreaterThan(0);
    for (const spec of [0, adapters[0].name.slice(0, 6)]) {
      const opened = await openWebgpu(spec);
      expect(opened.adapter).toEqual(device!.adapter);
      expect(opened.limits.bufferBytes).toBeGreaterThanOrEqual(2 ** 27);
      expect(opened.limits.workgroupBytes).toBeGreaterThanOrEqual(2 ** 14);
      opened.close();
    }
  });

  it.each(['no such card', 99])('that do not exist are refused with a list: %s', async (spec) => {
    const [{ name }] = await webgpuAdapters();
    const refusal = openWebgpu(spec);
    await expect(refusal).rejects.toThrow(WebgpuAdapterError);
    await expect(refusal).rejects.toThrow(`there is no adapter ${spec}; there are 0: ${name}`);
  });

  it('are not found without a driver: the message says how to get one', async () => {
    const driver = process.env.VK_ICD_FILENAMES;
    process.env.VK_ICD_FILENAMES = '/nonexistent.json';
    try {
      expect(await webgpuAdapters()).toEqual([]);
      for (const spec of [undefined, 0]) {
        const refusal = openWebgpu(spec);
        await expect(refusal).rejects.toThrow(WebgpuUnavailableError);
        await expect(refusal).rejects.toThrow(/no GPU.*libvulkan\.so\.1.*Direct3D 12.*Metal/);
      }
    } finally {
      if (driver === undefined) delete process.env.VK_ICD_FILENAMES;
      else process.env.VK_ICD_FILENAMES = driver;
    }
  });
});

describe.skipIf(!device)('a device that is lost', () => {
  const draws = drawsOf({ initial: generalInputs(2, 50) });

  it('gives back what was asked of it, and refuses what is asked later', async () => {
    const own = await openWebgpu();
    const sampler = await webgpuCollapsedSampler(own, draws, { draws: 10 });
    const early = sampler.draw(0, 1000);
    own.close();
    await expect(early).rejects.toThrow(WebgpuDeviceLostError);
    await expect(sampler.draw(0, 100)).rejects.toThrow(WebgpuDeviceLostError);
    expect(await own.lost).toBeInstanceOf(WebgpuDeviceLostError);
    sampler.close();
  });

  it('is not a sampler that is closed', async () => {
    for (const warm of [false, true]) {
      const sampler = await webgpuCollapsedSampler(device!, draws, { draws: 10 });
      if (warm) await sampler.draw(0, 100);
      const early = sampler.draw(0, 1000);
      await new Promise((resolve) => setImmediate(resolve));
      sampler.close();
      await expect(early).rejects.toThrow('the sampler was closed');
      await expect(sampler.draw(0, 1)).rejects.toThrow('the sampler was closed');
    }
  });
});

describe.skipIf(!device)('a device that is full', () => {
  const draws = drawsOf({ initial: generalInputs(2, 50) });

  it('takes smaller batches, of the same draws', async () => {
    const sampler = await webgpuCollapsedSampler(scarce(device!, 20_000), draws);
    const whole = await webgpuCollapsedSampler(device!, draws);
    expect(await sampler.draw(0, 100)).toEqual(await whole.draw(0, 100));
    sampler.close();
    whole.close();
  });

  it('says so when not even one draw has room', async () => {
    const sampler = await webgpuCollapsedSampler(scarce(device!, 900), draws);
    const refusal = sampler.draw(0, 100);
    await expect(refusal).rejects.toThrow(WebgpuOutOfMemoryError);
    await expect(refusal).rejects.toThrow('the device has no room for a draw of 1024 bytes');
    const tiny = { ...device!, limits: { ...device!.limits, bufferBytes: 1000 } };
    await expect(webgpuCollapsedSampler(tiny, draws)).rejects.toThrow(WebgpuOutOfMemoryError);
  });
});

/** The same device as if it had no buffer of more than so many bytes. */
function scarce(device: WebgpuDevice, most: number): WebgpuDevice {
  let full = false;
  const gpu = new Proxy(device.gpu, {
    get(target, name) {
      if (name === 'createBuffer') {
        return (descriptor: GPUBufferDescriptor) => {
          full ||= descriptor.size > most;
          return target.createBuffer({ ...descriptor, size: Math.min(descriptor.size, most) });
        };
      }
      if (name === 'popErrorScope') {
        return async () => {
          const error = await target.popErrorScope();
          const message = full ? 'no memory' : undefined;
          full = false;
          return message === undefined ? error : { message };
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return { ...device, gpu };
}
