import type { Command, Option } from '@commander-js/extra-typings';
import type { DeviceOptions } from './devices.ts';
import {
  commonSeedOption,
  dataOption,
  deviceOption,
  devicesOption,
  gridOption,
  mixedOption,
  outOption,
  quickOption,
  retriesOption,
  setOption,
  shardSizeOption,
  shardTimeoutOption,
} from './options.ts';
import type { PlanningOptions } from './planning.ts';
import type { PolicyOptions } from './policy.ts';

/** Options that come together in several commands. */

type Given = Record<string, unknown>;

/** With more options, as one object type: commander takes no interfaces. */
type With<Options, More> = { [Key in keyof (Options & More)]: (Options & More)[Key] };

/** The plan of a run, and the run folder. */
type RunOptions = PlanningOptions & { readonly out?: string };

/** How a pipeline becomes the plan of a run, and where the run is. */
export function addPlanningOptions<Args extends unknown[], Options extends Given>(
  command: Command<Args, Options>,
): Command<Args, With<Options, RunOptions>> {
  const options = [setOption(), quickOption(), dataOption(), shardSizeOption(), outOption()];
  return withOptions(command, options);
}

/** The same of a run that may be a sweep. */
export function addSweepOptions<Args extends unknown[], Options extends Given>(
  command: Command<Args, Options>,
): Command<Args, With<Options, RunOptions>> {
  return addPlanningOptions(withOptions(command, [gridOption(), commonSeedOption()]));
}

/** Where shards are computed, and what becomes of those that fail. */
export function addComputingOptions<Args extends unknown[], Options extends Given>(
  command: Command<Args, Options>,
): Command<Args, With<Options, DeviceOptions & PolicyOptions>> {
  const where = [deviceOption(), devicesOption(), mixedOption()];
  return withOptions(command, [...where, retriesOption(), shardTimeoutOption()]);
}

/** Commander would infer the type of the options; inferred over several functions, it takes minutes. */
function withOptions<Result>(command: object, options: readonly Option[]): Result {
  const added = command as Command;
  for (const option of options) added.addOption(option);
  return command as Result;
}
