import { readNtkSamples } from '../src/ntk/samples.ts';
import { ntkSettings, type NtkSettings } from '../src/ntk/settings.ts';
import { computeNtk, planNtk, type NtkTask } from '../src/ntk/shards.ts';
import type { NtkTable } from '../src/ntk/table.ts';
import type { Batch } from '@resdiff/tables';
import { runOfBatches } from './shard-session.ts';

/** Resolved settings of a small run of `ntk`. */
export function ntkSettingsOf(given: Record<string, unknown> = {}): NtkSettings {
  return ntkSettings.parse({ size: [4, 9], draws: 50, ...given });
}

export const noContext = { signal: new AbortController().signal, progress: () => {} };

/** The batches of every shard. */
export function ntkBatches(settings: NtkSettings, shardSize?: number): Batch<NtkTable>[] {
  return planNtk(settings, shardSize).shards.flatMap(({ task }) => {
    const { batches } = computeNtk(settings, task as NtkTask, noContext);
    return [...(batches as Iterable<Batch<NtkTable>>)];
  });
}

/** What a run hands to the report. */
export function ntkRun(settings: NtkSettings, shardSize?: number) {
  return { ...runOfBatches(ntkBatches(settings, shardSize)), notes: [] };
}

export function ntkSamplesOf(settings: NtkSettings) {
  return readNtkSamples(settings, ntkRun(settings));
}
