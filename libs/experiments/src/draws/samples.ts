import type { Run } from '@resdiff/runtime';
import { keptCoordinates, processes, type DrawsSettings, type Process } from './settings.ts';
import type { DrawsNotes } from './shards.ts';

/** The draws of one process whose states stayed finite, and what is known of the others. */
export interface ProcessSamples {
  readonly process: Process;
  /** For each input, draws x kept coordinates, draw-major. */
  readonly values: readonly Float32Array[];
  /** How many draws left the finite numbers. */
  readonly diverged: number;
  /** The layers after which they did, in ascending order, one a draw. */
  readonly divergedAt: readonly number[];
}

/** Reads the samples of every process out of the merged table. */
export async function readSamples(
  settings: DrawsSettings,
  { batches, notes }: Pick<Run, 'batches' | 'notes'>,
): Promise<ProcessSamples[]> {
  const inputs = settings.inputs.length;
  const kept = keptCoordinates(settings);
  const all = new Map(
    settings.processes.map((process) => [
      processes.indexOf(process),
      settings.inputs.map(() => new Float32Array(settings.draws * kept)),
    ]),
  );
  for await (const { rows, columns } of batches()) {
    const { process, draw, input, coordinate, value } = columns as {
      process: Uint8Array;
      draw: Int32Array;
      input: Int16Array;
      coordinate: Int16Array;
      value: Float32Array;
    };
    for (let row = 0; row < rows; row++) {
      all.get(process[row])![input[row]][draw[row] * kept + coordinate[row]] = value[row];
    }
  }
  return settings.processes.map((process) => {
    const values = all.get(processes.indexOf(process))!;
    const divergedAt = divergenceLayers(process, notes);
    const finite = divergedAt.length === 0 ? values : finiteDraws(values, inputs, kept);
    return { process, values: finite, diverged: divergedAt.length, divergedAt };
  });
}

function divergenceLayers(process: Process, notes: Run['notes']): number[] {
  const layers = notes
    .filter(({ task }) => (task as { process: Process }).process === process)
    .flatMap(({ notes }) => Object.entries((notes as DrawsNotes).diverged))
    .flatMap(([layer, count]) => new Array<number>(count).fill(Number(layer)));
  return layers.sort((a, b) => a - b);
}

/** Without the draws that have a value which is not finite, in any input. */
function finiteDraws(values: Float32Array[], inputs: number, kept: number): Float32Array[] {
  const draws = values[0].length / kept;
  const isFinite = (draw: number) =>
    values.every((column) =>
      column.subarray(draw * kept, (draw + 1) * kept).every(Number.isFinite),
    );
  const finite = Array.from({ length: draws }, (_, draw) => draw).filter(isFinite);
  return Array.from({ length: inputs }, (_, input) => {
    const column = new Float32Array(finite.length * kept);
    finite.forEach((draw, i) => {
      column.set(values[input].subarray(draw * kept, (draw + 1) * kept), i * kept);
    });
    return column;
  });
}
