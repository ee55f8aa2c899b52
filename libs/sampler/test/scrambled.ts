import type { WebgpuDevice } from '../src/webgpu/index.ts';

const entry =
  /(@compute @workgroup_size\(THREADS\)\nfn \w+\(.*?@builtin\(local_invocation_index\) )(\w+)(: u32\) \{)/g;
const shared = /^var<workgroup> (\w+): (?:array<(\w+), (.+)>|(\w+));$/gm;

/** A number of a type of WGSL that no kernel can take for its own, given `bits`, those of another f32. */
const garbage: Readonly<Record<string, string>> = {
  f32: 'bitcast<f32>(bits)',
  vec3f: 'vec3f(bitcast<f32>(bits))',
  vec4f: 'vec4f(bitcast<f32>(bits))',
  mat3x4f:
    'mat3x4f(vec4f(bitcast<f32>(bits)), vec4f(bitcast<f32>(bits)), vec4f(bitcast<f32>(bits)))',
  u32: 'bits',
  i32: 'bitcast<i32>(bits)',
};

/** A kernel whose threads are numbered as `scrambled` says, and whose workgroup memory begins as garbage. */
function scrambledCode(code: string): string {
  const spoils = Array.from(code.matchAll(shared), ([, name, element, count, scalar]) =>
    scalar
      ? `${name} = ${garbage[scalar]};`
      : `for (var i = physical; i < u32(${count}); i += THREADS) { ${name}[i] = ${garbage[element]}; }`,
  );
  const numbered = code.replace('  guard: u32,\n', '  guard: u32,\n  scrambled: u32,\n').replaceAll(
    entry,
    (_, before: string, name: string, after: string) => `${before}physical${after}
  spoil(physical);
  let ${name} = select(physical, (37u * physical + 11u) % THREADS, parameters.scrambled == 1u);`,
  );
  return /* wgsl */ `${numbered}
fn spoil(physical: u32) {
  let bits = select(0x3f800000u, 0x7fc00000u, parameters.scrambled == 1u);
  ${spoils.join('\n  ')}
  workgroupBarrier();
}
`;
}

/**
 * The same device, on which threads of a workgroup do the work of one another once `scramble` was
 * called, and workgroup memory begins as NaN rather than 1. What is compiled is the same, so bits that
 * change are those of kernels that depend on the order of threads, or on what they did not write.
 */
export function scrambling(
  device: WebgpuDevice,
  change: (code: string) => string = (code) => code,
): { readonly on: WebgpuDevice; readonly scramble: () => void } {
  let scrambled = 0;
  const queue = overridden(device.gpu.queue, {
    // Seven words tell a kernel of a dispatch, and the eighth is free.
    writeBuffer: (buffer: GPUBuffer, offset: number, words: Uint32Array<ArrayBuffer>) => {
      const told =
        words instanceof Uint32Array ? Uint32Array.of(...words.subarray(0, 7), scrambled) : words;
      device.gpu.queue.writeBuffer(buffer, offset, told);
    },
  });
  const { gpu } = withCode(device, (code) => scrambledCode(change(code)));
  return {
    on: { ...device, gpu: overridden(gpu, { queue }) },
    scramble: () => {
      scrambled = 1;
    },
  };
}

const bytesOf: Readonly<Record<string, number>> = {
  ...{ f32: 4, u32: 4, i32: 4 },
  ...{ vec3f: 16, vec4f: 16, mat3x4f: 48 },
};

/** Bytes of workgroup memory that a kernel declares. */
export function workgroupBytes(code: string): number {
  const whole = new Map(
    Array.from(code.matchAll(/^const (\w+) = (\d+)u;$/gm), ([, name, value]) => [
      name,
      Number(value),
    ]),
  );
  return Array.from(code.matchAll(shared)).reduce((sum, [, , element, count, scalar]) => {
    if (scalar) return sum + bytesOf[scalar];
    const factors = count.split(' * ').map((factor) => whole.get(factor) ?? Number(factor));
    return sum + factors.reduce((product, factor) => product * factor, bytesOf[element]);
  }, 0);
}

/** The same device, but for the code of its kernels. */
export function withCode(device: WebgpuDevice, change: (code: string) => string): WebgpuDevice {
  const createShaderModule = ({ code }: GPUShaderModuleDescriptor) =>
    device.gpu.createShaderModule({ code: change(code) });
  return { ...device, gpu: overridden(device.gpu, { createShaderModule }) };
}

/** An object of Dawn with some members in place of its own. */
function overridden<Of extends object>(object: Of, members: Readonly<Record<string, unknown>>): Of {
  return new Proxy(object, {
    get(target, name) {
      if (typeof name === 'string' && Object.hasOwn(members, name)) return members[name];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
