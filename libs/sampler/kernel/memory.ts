/** Working memory: an instance lays its buffers out once, one after another. */

const ALIGNMENT: usize = 16;
let top: usize = __heap_base;

/** The address of `bytes` new bytes, aligned for v128; the memory grows as needed. */
export function reserve(bytes: usize): usize {
  const start = (top + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
  top = start + bytes;
  const pages = <i32>((top + 0xffff) >>> 16) - memory.size();
  if (pages > 0 && memory.grow(pages) < 0) unreachable();
  return start;
}
