import { describe, expect, it } from 'vitest';
import { chooseDevices, kindsOf, parseDevices, type DeviceProbe } from './devices.ts';
import { UserError } from './errors.ts';

function refusal(action: () => unknown): UserError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return error as UserError;
  }
  throw new Error('expected a refusal');
}

describe('parseDevices', () => {
  it.each([
    ['cpu', ['cpu']],
    ['webgpu', ['webgpu:0']],
    ['cuda:12', ['cuda:12']],
    ['webgpu:1, webgpu:0,cpu', ['webgpu:1', 'webgpu:0', 'cpu']],
    ['auto', 'auto'],
  ])('reads %s', (text, devices) => {
    expect(parseDevices(text)).toEqual(devices);
  });

  it.each(['', 'gpu', 'webgpu:', 'webgpu:-1', 'webgpu:01', 'cuda:x', 'cpu:0', 'CPU', 'cpu,,cuda'])(
    'refuses %j',
    (text) => {
      const { message, remedy } = refusal(() => parseDevices(text));
      expect(message).toContain('is not a device');
      expect(remedy).toContain('cpu, webgpu:0, cuda:0');
    },
  );

  it('refuses a device that stands there twice, and auto beside others', () => {
    const twice = refusal(() => parseDevices('webgpu,cpu,webgpu:0'));
    expect(twice.message).toBe('The devices "webgpu,cpu,webgpu:0" have webgpu:0 twice.');
    expect(refusal(() => parseDevices('cpu,auto')).message).toBe(
      'The device auto stands for all that are there, so it stands alone, not in "cpu,auto".',
    );
  });
});

describe('chooseDevices', () => {
  const webgpu: DeviceProbe = {
    kind: 'webgpu',
    devices: [
      { device: 'webgpu:0', name: 'SwiftShader', software: true },
      { device: 'webgpu:1', name: 'Radeon' },
    ],
  };
  const noCuda: DeviceProbe = {
    kind: 'cuda',
    devices: [],
    problem: { reason: 'libcudart.so.12 is missing', remedy: 'Install CUDA 12.' },
  };

  it('takes what is asked for, if it is there', () => {
    const asked = ['webgpu:0', 'cpu'];
    expect(chooseDevices(asked, [webgpu, noCuda])).toEqual(asked);
  });

  it('takes for auto the hardware of the best kind that has any, or the processor', () => {
    const cuda = { kind: 'cuda', devices: [{ device: 'cuda:0', name: 'H100' }] } as const;
    expect(chooseDevices('auto', [webgpu, cuda], ['cuda', 'webgpu', 'cpu'])).toEqual(['cuda:0']);
    expect(chooseDevices('auto', [webgpu, noCuda], ['cuda', 'webgpu'])).toEqual(['webgpu:1']);
    const software = { ...webgpu, devices: webgpu.devices.slice(0, 1) };
    expect(chooseDevices('auto', [software, noCuda])).toEqual(['cpu']);
    expect(chooseDevices('auto', [webgpu, cuda], ['cpu'])).toEqual(['cpu']);
    const none = refusal(() => chooseDevices('auto', [noCuda], ['cuda']));
    expect(none.message).toBe('The device cuda:0 cannot be used: libcudart.so.12 is missing.');
  });

  it('passes over what is there and cannot be used, and says why', () => {
    const [software, card] = webgpu.devices;
    const twin = { device: 'webgpu:2', name: 'Radeon', unusable: 'it looks like webgpu:1' };
    const twins = { ...webgpu, devices: [software, card, twin] };
    expect(chooseDevices('auto', [twins])).toEqual(['webgpu:1']);
    expect(refusal(() => chooseDevices(['webgpu:1', 'webgpu:2'], [twins])).message).toBe(
      'The device webgpu:2 cannot be used: it looks like webgpu:1. There are: webgpu:0 (SwiftShader), webgpu:1 (Radeon).',
    );
  });

  it('refuses what is not there, and says what is', () => {
    const beyond = refusal(() => chooseDevices(['webgpu:2'], [webgpu]));
    expect(beyond.message).toBe(
      'The device webgpu:2 cannot be used. There are: webgpu:0 (SwiftShader), webgpu:1 (Radeon).',
    );
    const none = refusal(() => chooseDevices(['cpu', 'cuda:0'], [webgpu, noCuda]));
    expect(none.message).toBe('The device cuda:0 cannot be used: libcudart.so.12 is missing.');
    expect(none.remedy).toBe('Install CUDA 12.');
    const unable = refusal(() => chooseDevices(['cuda:0'], [noCuda], ['webgpu', 'cpu']));
    expect(unable.message).toBe('This cannot be computed on cuda:0.');
  });
});

describe('kindsOf', () => {
  it('names each kind once', () => {
    expect(kindsOf(['webgpu:1', 'cpu', 'webgpu:0', 'cuda'])).toEqual(['cpu', 'cuda', 'webgpu']);
  });
});
