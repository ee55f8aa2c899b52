import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeMachine } from './machine.ts';

describe('describeMachine', () => {
  it('says what the machine is', () => {
    const { cpus, memory, node, hostname, cpuModel } = describeMachine();
    expect(cpus).toBeGreaterThan(0);
    expect(memory).toBeGreaterThan(1e7);
    expect(`v${node}`).toBe(process.version);
    expect(hostname).not.toBe('');
    expect(cpuModel).not.toBe('');
  });

  it.runIf(process.platform === 'linux')('claims no more than the kernel has', () => {
    const total = Number(/MemTotal:\s+(\d+) kB/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]);
    expect(describeMachine().memory).toBeLessThanOrEqual(total * 1024);
  });
});
