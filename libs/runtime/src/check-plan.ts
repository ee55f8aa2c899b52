import type { ColumnSchema } from '@resdiff/tables';
import { RunError } from './errors.ts';
import { canonicalJson, isJsonObject } from './json.ts';
import { runId, type PlanPoint, type PointValue, type RunPlan } from './plan.ts';
import { settingsOf } from './points.ts';

/**
 * @throws {RunError} naming the shard or the point that breaks the contract of {@link Shard} or
 * {@link PlanPoint}.
 */
export function checkPlan(plan: RunPlan): void {
  const { experiment, shards } = plan;
  if (shards.length === 0) {
    throw new RunError(`The experiment ${experiment} planned no shards.`);
  }
  const ids = new Set<string>();
  for (const { id, rows, cost } of shards) {
    if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/.test(id)) {
      throw new RunError(
        `The experiment ${experiment} planned a shard with the id ${JSON.stringify(id)}: an id is 1 to 100 letters, digits, '.', '_' and '-', and does not start with '.'.`,
      );
    }
    // Some file systems do not tell upper case from lower.
    if (ids.has(id.toLowerCase())) {
      throw new RunError(`The experiment ${experiment} planned two shards with the id ${id}.`);
    }
    ids.add(id.toLowerCase());
    if (!Number.isSafeInteger(rows) || rows < 0 || !Number.isFinite(cost) || cost < 0) {
      throw new RunError(
        `The experiment ${experiment} planned the shard ${id} with ${rows} rows at a cost of ${cost} seconds: rows are a count, a cost is at least 0.`,
      );
    }
  }
  checkPoints(plan);
}

function checkPoints(plan: RunPlan): void {
  const { experiment, points, pointColumns = [], shards } = plan;
  const broken = (what: string) => new RunError(`The experiment ${experiment} planned ${what}.`);
  if (points === undefined) {
    const stray = shards.find(({ point }) => point !== undefined);
    if (stray !== undefined || pointColumns.length > 0) {
      throw broken(
        `${stray ? `the shard ${stray.id} of a point` : 'columns of points'}, but no points`,
      );
    }
    return;
  }

  if (points.length === 0) {
    throw broken('a sweep of no points');
  }
  if (!isJsonObject(plan.config)) {
    throw broken(`a sweep whose config is ${canonicalJson(plan.config)}, not an object`);
  }
  const ids = new Set<string>();
  for (const [index, point] of points.entries()) {
    const expected = runId({ experiment, ...settingsOf(plan, point) });
    if (point.id !== expected) {
      throw broken(`point ${index} with the id ${point.id}: as a run of its own it is ${expected}`);
    }
    if (ids.has(point.id)) {
      throw broken(`the point ${point.id} twice`);
    }
    ids.add(point.id);
    const problem = columnsProblem(pointColumns, point.columns);
    if (problem !== undefined) {
      throw broken(`point ${index} ${problem}`);
    }
  }

  let last = 0;
  for (const { id, point } of shards) {
    const owner = point === undefined ? undefined : points[point];
    if (point === undefined || owner === undefined) {
      throw broken(`the shard ${id} of point ${point}: points are 0 to ${points.length - 1}`);
    }
    if (point < last) {
      throw broken(`the shard ${id} of point ${point} after one of point ${last}`);
    }
    if (!id.startsWith(`${owner.id}-`)) {
      throw broken(`the shard ${id} of point ${point}, whose shards begin with ${owner.id}-`);
    }
    last = point;
  }
}

function columnsProblem(
  columns: readonly ColumnSchema[],
  values: PlanPoint['columns'],
): string | undefined {
  const names = columns.map(({ name }) => name);
  const stray = Object.keys(values).find((name) => !names.includes(name));
  if (stray !== undefined) {
    return `with a value of ${stray}, which is none of the columns ${names.join(', ')}`;
  }
  for (const column of columns) {
    const value = values[column.name];
    if (value === undefined) {
      return `without a value of the column ${column.name}`;
    }
    if (!fits(value, column)) {
      return `with ${JSON.stringify(value)} in the column ${column.name} of the type ${column.type}`;
    }
  }
  return undefined;
}

function fits(value: PointValue, { type, values }: ColumnSchema): boolean {
  switch (type) {
    case 'category':
      return typeof value === 'string' && values?.includes(value) === true;
    case 'string':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'int16':
      return typeof value === 'number' && new Int16Array([value])[0] === value;
    case 'int32':
      return typeof value === 'number' && (value | 0) === value;
    case 'float32':
    case 'float64':
      return typeof value === 'number';
    case 'int64':
      return false;
  }
}
