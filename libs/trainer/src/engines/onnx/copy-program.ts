import { Graph } from './graph.ts';

/** From `matrix`, the same as `copy`. */
export function copyProgram(): Uint8Array {
  const g = new Graph();
  const matrix = g.input('matrix', ['rows', 'columns']);
  g.output('copy', g.apply('Identity', matrix), ['rows', 'columns']);
  return g.encode();
}
