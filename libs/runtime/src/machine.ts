import { availableParallelism, arch, cpus, hostname, platform, totalmem } from 'node:os';

export interface Machine {
  readonly hostname: string;
  readonly platform: string;
  readonly arch: string;
  /** Logical processors that this process may use. */
  readonly cpus: number;
  readonly cpuModel: string;
  /** Bytes of main memory that this process may use: the machine's, or its container's limit. */
  readonly memory: number;
  /** The version of Node.js. */
  readonly node: string;
}

export function describeMachine(): Machine {
  const limit = process.constrainedMemory();
  return {
    hostname: hostname(),
    platform: platform(),
    arch: arch(),
    cpus: availableParallelism(),
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    memory: limit > 0 ? Math.min(limit, totalmem()) : totalmem(),
    node: process.versions.node,
  };
}
