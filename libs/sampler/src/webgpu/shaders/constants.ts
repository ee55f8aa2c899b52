/**
 * What a kernel is told once, by name: whole numbers and f32 ones. They are not written into its code,
 * so that networks which differ in them alone share what is compiled.
 */
export interface Constants {
  readonly u32: Readonly<Record<string, number>>;
  readonly f32: Readonly<Record<string, number>>;
}

/** The code of a kernel and the constants that it declares. */
export interface KernelSource {
  readonly code: string;
  readonly constants: Constants;
}

/** The uniform `constants` in WGSL. */
export function declaration({ u32, f32 }: Constants): string {
  const members = [
    ...Object.keys(u32).map((name) => `  ${name}: u32,`),
    ...Object.keys(f32).map((name) => `  ${name}: f32,`),
  ];
  return /* wgsl */ `
struct Constants {
${members.join('\n')}
}

@group(0) @binding(4) var<uniform> constants: Constants;
`;
}

/** The bytes of `Constants`. */
export function constantBytes({ u32, f32 }: Constants): ArrayBuffer {
  const whole = Uint32Array.from(Object.values(u32));
  const real = Float32Array.from(Object.values(f32));
  const words = new Uint32Array(whole.length + real.length);
  words.set(whole);
  words.set(new Uint32Array(real.buffer), whole.length);
  return words.buffer;
}
