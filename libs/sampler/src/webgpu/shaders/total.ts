/**
 * A function: the sum of what the threads of a workgroup have, the same for all of them, and uniform.
 * It adds in one order: its bits do not depend on how a device groups its threads.
 *
 * @param name of the function.
 * @param type of WGSL, which can be added.
 * @param threads a square.
 */
export function total(name: string, type: string, threads: number): string {
  const side = Math.sqrt(threads);
  return /* wgsl */ `
var<workgroup> ${name}Parts: array<${type}, ${threads}>;
var<workgroup> ${name}Sums: array<${type}, ${side}>;

fn ${name}(value: ${type}, thread: u32) -> ${type} {
  ${name}Parts[thread] = value;
  workgroupBarrier();
  if (thread < ${side}u) {
    var sum = ${name}Parts[thread];
    for (var i = ${side}u; i < ${threads}u; i += ${side}u) {
      sum += ${name}Parts[i + thread];
    }
    ${name}Sums[thread] = sum;
  }
  workgroupBarrier();
  if (thread == 0u) {
    var sum = ${name}Sums[0];
    for (var i = 1u; i < ${side}u; i++) {
      sum += ${name}Sums[i];
    }
    ${name}Sums[0] = sum;
  }
  return workgroupUniformLoad(&${name}Sums[0]);
}
`;
}
