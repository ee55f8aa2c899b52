import { expect, it } from 'vitest';
import { contest, type GpuContest } from '../../dist/gpu/contest.js';
import { testGpu } from '../../test/gpu.ts';
import type { Peer } from '../peers.ts';
import { normalsWork } from './work.ts';

const gpu = await testGpu();

/** A peer that no script is asked of. */
const peer: Peer = {
  versions: { module: '0', python: '0', blas: '' },
  run: () => Promise.reject(new Error('no script')),
};

const count = 4096;
const own: GpuContest = {
  title: 'normals',
  unit: 's',
  show: (seconds) => seconds,
  work: () => normalsWork(count),
  ours: [
    {
      name: 'ours',
      job: { kind: 'normals', count, calls: 1 },
      on: { device: 'webgpu:0' },
      bar: '>= 50 % of the ceiling',
    },
    {
      name: 'ours elsewhere',
      job: { kind: 'normals', count, calls: 1 },
      on: { device: 'webgpu:99' },
    },
    { name: 'ours nowhere', job: { kind: 'limits', quick: true }, on: { missing: 'no card' } },
  ],
  peers: [
    { name: 'slow', measure: () => Promise.resolve({ seconds: 1e6 }) },
    { name: 'other work', measure: () => Promise.resolve({ seconds: 1, losses: [7] }) },
    { name: 'broken', measure: (asked) => asked.run('x').then(() => ({ seconds: 1 })) },
  ],
  check: (name, { losses }) => {
    if (losses) throw new Error(`${name} does other work`);
  },
};

it.skipIf(!gpu)(
  'measures a card beside its limits; who fails has a row that says why',
  async () => {
    const card = { ...gpu!, software: false, torch: { peer, name: 'a card', toolkit: 'CUDA 12' } };
    const [ours, elsewhere, nowhere, slow, other, broken] = await contest(own, card, {
      rounds: 2,
      quick: true,
    });
    expect(ours).toMatchObject({ subject: 'normals: ours', bar: '>= 50 % of the ceiling' });
    expect(ours.values).toHaveLength(2);
    expect(['multiplyAdds', 'products', 'roots', 'bytes', 'kernels']).toContain(
      ours.ceiling!.binds,
    );
    expect(ours.ceiling!.percents).toHaveLength(2);
    for (const value of [...ours.values, ...ours.ceiling!.percents]) {
      expect(value).toBeGreaterThan(0);
    }
    expect(slow.ours).toEqual(ours.values.map((value) => 1e6 / value));
    expect(elsewhere).toMatchObject({
      values: [],
      missing: expect.stringContaining('there is no adapter 99') as string,
    });
    expect(nowhere).toMatchObject({ values: [], missing: 'no card' });
    expect(other).toMatchObject({ values: [], missing: 'other work does other work' });
    expect(broken).toMatchObject({ values: [], missing: 'no script' });
  },
);
