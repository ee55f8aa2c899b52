import type { Run } from '@resdiff/runtime';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { readSamples, type ProcessSamples } from '../src/draws/samples.ts';
import { drawsSettings, type DrawsSettings } from '../src/draws/settings.ts';
import { computeDraws, planDraws, type DrawsTask } from '../src/draws/shards.ts';
import type { Estimate } from '../src/summary.ts';

/** A new folder that is removed after the test. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'resdiff-experiments-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A pipeline file with this text, removed after the test. */
export function pipelineFile(text: string | Uint8Array, name = 'job.yaml'): string {
  const file = join(scratch(), name);
  writeFileSync(file, text);
  return file;
}

/** Resolved settings of a small run. */
export function settingsOf(given: Record<string, unknown> = {}): DrawsSettings {
  return drawsSettings.parse({ width: 20, depth: 20, draws: 100, ...given });
}

/** What a run hands to the report, computed in this thread without files. */
export function runOf(settings: DrawsSettings, shardSize?: number): Pick<Run, 'batches' | 'notes'> {
  const done = planDraws(settings, shardSize).shards.map(({ id, task }) => ({
    id,
    task,
    content: computeDraws(settings, task as DrawsTask),
  }));
  return {
    notes: done.map(({ id, task, content }) => ({ id, task, notes: content.notes! })),
    async *batches() {
      for (const { content } of done) yield* content.batches;
    },
  };
}

export function samplesOf(settings: DrawsSettings): Promise<ProcessSamples[]> {
  return readSamples(settings, runOf(settings));
}

/** The estimates of a quantity whose coordinates include these. */
export function pick(
  estimates: readonly Estimate[],
  quantity: string,
  at: Record<string, unknown> = {},
): Estimate[] {
  return estimates.filter(
    (each) =>
      each.quantity === quantity &&
      Object.entries(at).every(
        ([key, value]) => JSON.stringify(each.at[key]) === JSON.stringify(value),
      ),
  );
}
