import type { FailurePolicy } from '@resdiff/runtime';

/** How often and how long a shard is tried, as it is told on the command line. */
export interface PolicyOptions {
  readonly retries: number;
  /** Seconds. */
  readonly shardTimeout?: number | undefined;
}

/** Estimates are of a server of about 2023; slower machines and full ones must not be cut short. */
const TIMES_ESTIMATE = 30;
const LEAST_SECONDS = 600;

export function failurePolicy({ retries, shardTimeout }: PolicyOptions): FailurePolicy {
  return {
    retries,
    shardTimeout: shardTimeout ?? (({ cost }) => Math.max(LEAST_SECONDS, TIMES_ESTIMATE * cost)),
  };
}

/** The options of a command line that stand for the same policy. */
export function policyWords({ retries, shardTimeout }: PolicyOptions): string[] {
  return [
    '--retries',
    String(retries),
    ...(shardTimeout === undefined ? [] : ['--shard-timeout', `${shardTimeout}s`]),
  ];
}
