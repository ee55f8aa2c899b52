import {
  covarianceForms,
  covarianceMatrix,
  readCovarianceSpec,
  type CovarianceSpec,
} from '@resdiff/networks';
import { messageOf, UserError } from '@resdiff/runtime';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { MOST_SIZE } from '../settings.ts';
import { parseYaml } from '../yaml-text.ts';

const file = z.strictObject({ file: z.string().min(1) });

/** As an object type, which the compiler takes for JSON; it does not take interfaces. */
type Json<Spec> = Spec extends object ? { [Key in keyof Spec]: Spec[Key] } : Spec;

/** A covariance by name or inline, or a file that holds one. */
export type CovarianceSetting = Json<CovarianceSpec> | z.output<typeof file>;

export function covariance() {
  return z.unknown().transform((value, context): CovarianceSetting => {
    const found = readCovarianceSpec(value) ?? file.safeParse(value).data;
    if (found !== undefined) return found;
    const message = `must be ${covarianceForms}, or {file: PATH} of one of these`;
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
    const matrix = covarianceMatrix(setting, size, what);
    const large = matrix.find((entry) => Math.abs(entry) > MOST_SIZE);
    return large === undefined
      ? undefined
      : `${what} has the entry ${large}; its entries must be up to 1e30 in size, well within the numbers of 32 bits`;
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
): CovarianceSpec {
  if (!isFile(setting)) return setting;
  const refusal = `${what} in the file ${setting.file}`;
  const found = readCovarianceSpec(contentOf(setting.file, refusal));
  if (found === undefined) {
    throw new UserError(`${refusal} is no covariance; it must be ${covarianceForms}.`);
  }
  const problem = covarianceProblem(found, size, what);
  if (problem !== undefined) throw new UserError(`${refusal}: ${problem}.`);
  return found;
}

function contentOf(path: string, refusal: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UserError(`${refusal} cannot be read: ${messageOf(error)}.`);
  }
  return parseYaml(text, `${refusal} is not valid YAML`);
}

/** The matrix, row-major, of a setting whose file was read. */
export function matrixOf(setting: CovarianceSetting, size: number, what: string): Float64Array {
  return covarianceMatrix(setting as CovarianceSpec, size, what);
}

function isFile(setting: CovarianceSetting): setting is z.output<typeof file> {
  return typeof setting === 'object' && 'file' in setting;
}
