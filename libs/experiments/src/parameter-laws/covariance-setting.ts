import { covarianceMatrix, type CovarianceSpec } from '@resdiff/networks';
import { messageOf, UserError, type JsonValue } from '@resdiff/runtime';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const forms =
  'identity, rows such as [[1, 0], [0, 1]], {name: identity, variance: 2}, {name: diagonal, variances: [1, 2]}, {name: ar1, rho: 0.5, variance: 1}, {name: low-rank, factor: [[1], [2]], variance: 1}';

/** Numbers that are not finite are refused with their place, once the size of the matrix is known. */
const number = z.custom<number>((value) => typeof value === 'number');
const rows = z.array(z.array(number));
const scale = { variance: number.default(1) };
const inline = z.union([
  z.literal('identity'),
  rows,
  z.strictObject({ name: z.literal('identity'), ...scale }),
  z.strictObject({ name: z.literal('diagonal'), variances: z.array(number) }),
  z.strictObject({ name: z.literal('ar1'), rho: number, ...scale }),
  z.strictObject({ name: z.literal('low-rank'), factor: rows, ...scale }),
]);
const file = z.strictObject({ file: z.string().min(1) });

/** A covariance by name or inline, or a file that holds one. */
export type CovarianceSetting = z.output<typeof inline> | z.output<typeof file>;

export function covariance() {
  return z.unknown().transform((value, context): CovarianceSetting => {
    const found = z.union([inline, file]).safeParse(value);
    if (found.success) return found.data;
    const message = `must be ${forms}, or {file: PATH} of one of these`;
    context.issues.push({ code: 'custom', message, input: value });
    return z.NEVER;
  });
}

/** What is wrong with a covariance of this size; nothing of one that is in a file. */
export function covarianceProblem(
  setting: CovarianceSetting,
  size: number,
  what: string,
): string | undefined {
  if (isFile(setting)) return undefined;
  try {
    covarianceMatrix(setting, size, what);
    return undefined;
  } catch (error) {
    return messageOf(error).replace(/\.$/, '');
  }
}

/**
 * A covariance out of its file, if it is in one: YAML or JSON.
 *
 * @throws {UserError} naming the file and what is wrong with it.
 */
export function readCovariance(
  setting: CovarianceSetting,
  size: number,
  what: string,
): z.output<typeof inline> {
  if (!isFile(setting)) return setting;
  const refusal = `${what} in the file ${setting.file}`;
  const found = inline.safeParse(contentOf(setting.file, refusal));
  if (!found.success) throw new UserError(`${refusal} is no covariance; it must be ${forms}.`);
  const problem = covarianceProblem(found.data, size, what);
  if (problem !== undefined) throw new UserError(`${refusal}: ${problem}.`);
  return found.data;
}

function contentOf(path: string, refusal: string): JsonValue {
  try {
    return parse(readFileSync(path, 'utf8')) as JsonValue;
  } catch (error) {
    throw new UserError(`${refusal} cannot be read: ${messageOf(error)}.`);
  }
}

/** The matrix, row-major, of a setting whose file was read. */
export function matrixOf(setting: CovarianceSetting, size: number, what: string): Float64Array {
  return covarianceMatrix(setting as CovarianceSpec, size, what);
}

function isFile(setting: CovarianceSetting): setting is z.output<typeof file> {
  return typeof setting === 'object' && 'file' in setting;
}
