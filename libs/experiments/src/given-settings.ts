import { suggestion } from '@resdiff/runtime';
import type { z } from 'zod';
import type { Experiment, Settings } from './experiment.ts';
import { show } from './yaml-text.ts';

/** Settings as they were written, before an experiment has checked them. */
export interface GivenSettings {
  readonly file: string;
  readonly values: ReadonlyMap<string, unknown>;
  /** Where values come from that are not simply in the file. */
  readonly origin: ReadonlyMap<string, string>;
}

/** Something that is wrong with a setting. */
export interface Refusal {
  /** The file, with the option that the value comes from. */
  readonly origin: string;
  /** Without a full stop. */
  readonly problem: string;
}

/** What an experiment makes of settings: all of them, or all that is wrong with them. */
export function checkSettings(
  experiment: Experiment,
  { file, values, origin }: GivenSettings,
): { readonly settings: Settings } | { readonly refusals: readonly Refusal[] } {
  const parsed = experiment.settings.safeParse(Object.fromEntries(values));
  if (parsed.success) return { settings: parsed.data };
  const refusals = parsed.error.issues.flatMap((issue) =>
    problems(issue, experiment, values).map(({ key, problem }) => ({
      origin: origin.get(key) ?? file,
      problem,
    })),
  );
  return { refusals };
}

/** What is wrong with which key. The messages of settings complete a sentence: it `must be ...`. */
function problems(
  issue: z.core.$ZodIssue,
  experiment: Experiment,
  given: ReadonlyMap<string, unknown>,
) {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      key,
      problem: `${key}: ${show(given.get(key))} ${notOneOf(experiment, key)}`,
    }));
  }
  const key = String(issue.path[0]);
  const found = given.has(key) ? `is ${show(given.get(key))}` : 'is left out';
  return [{ key, problem: `${key} ${found}; it ${issue.message}` }];
}

/** What is said of a key that is not a setting. */
export function notOneOf({ name, keys }: Experiment, key: string): string {
  const own = Object.keys(keys);
  return `is not a setting of the experiment ${name}${suggestion(key, own)}; its settings are ${own.join(', ')}`;
}
