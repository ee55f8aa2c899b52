import { messageOf, UserError, type RunPlan } from '@resdiff/runtime';
import { readFileSync, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import type { Environment, Experiment, Settings, ShardPlan } from './experiment.ts';
import { kernelVersion } from './kernel-module.ts';
import { experiments, findExperiment } from './registry.ts';
import { version } from './version.ts';

/** A pipeline file, resolved: which experiment, under what name, with which settings. */
export interface Pipeline {
  /** The file's name without its ending. */
  readonly name: string;
  /** What the file says of itself; else the experiment's description. */
  readonly description: string;
  readonly experiment: Experiment;
  readonly settings: Settings;
}

/** Keys of a pipeline that are not settings of its experiment. */
const reserved = ['experiment', 'description', 'quick'];

export interface PipelineOptions {
  /** `key=value` each, the value in YAML; they go before the settings of the file. */
  readonly set?: readonly string[];
  /** Puts the file's `quick` settings before its others. */
  readonly quick?: boolean;
}

/**
 * Reads a pipeline: a YAML mapping of `experiment`, an optional `description`, settings, and `quick`,
 * an optional mapping of settings with which the pipeline ends soon.
 *
 * @throws {UserError} naming the file, the key, the value and what would be right.
 */
export function readPipeline(
  file: string,
  { set = [], quick = false }: PipelineOptions = {},
): Pipeline {
  const { experiment: name, description, quick: quickSettings, ...written } = readMapping(file);
  if (description !== undefined && typeof description !== 'string') {
    throw new UserError(`${file}: description is ${show(description)}; it must be text.`);
  }
  const experiment = typeof name === 'string' ? findExperiment(name) : undefined;
  if (!experiment) {
    const names = experiments.map((each) => each.name).join(', ');
    throw new UserError(
      name === undefined
        ? `${file}: the key experiment is missing; it must be one of ${names}.`
        : `${file}: experiment is ${show(name)}; it must be one of ${names}.`,
    );
  }
  const given = new Map(Object.entries(written));
  const origin = new Map<string, string>();
  const quickly = Object.entries(checkQuick(file, quickSettings, quick));
  for (const [key, value] of quick ? quickly : []) {
    given.set(key, value);
    origin.set(key, `${file} with --quick`);
  }
  for (const override of set) {
    const [key, value] = parseOverride(override);
    given.set(key, value);
    origin.set(key, `${file} with --set ${override}`);
  }
  const parsed = experiment.settings.safeParse(Object.fromEntries(given));
  if (!parsed.success) {
    const refusals = parsed.error.issues.flatMap((issue) =>
      problems(issue, experiment, given).map(
        ({ key, text }) => `${origin.get(key) ?? file}: ${text}.`,
      ),
    );
    throw new UserError([...new Set(refusals)].join('\n'));
  }
  return {
    name: basename(file, extname(file)),
    description: description ?? experiment.description,
    experiment,
    settings: parsed.data,
  };
}

/** @throws {UserError} unless `quick` is a mapping of settings, or neither there nor `asked` for. */
function checkQuick(file: string, quick: unknown, asked: boolean): Record<string, unknown> {
  if (quick === undefined) {
    if (!asked) return {};
    throw new UserError(`${file}: has no quick settings, so it cannot be run with --quick.`, {
      remedy: 'Leave out --quick, or add settings to the file such as "quick: {draws: 500}".',
    });
  }
  if (!isMapping(quick)) {
    throw new UserError(
      `${file}: quick is ${show(quick)}; it must be a mapping of settings, such as {draws: 500}.`,
    );
  }
  const misplaced = reserved.find((key) => key in quick);
  if (misplaced !== undefined) {
    throw new UserError(
      `${file}: quick holds ${misplaced}, which is no setting; it belongs at the top of the file.`,
    );
  }
  return quick;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is wrong with which key. The messages of settings complete a sentence: it `must be ...`. */
function problems(
  issue: z.core.$ZodIssue,
  { name, keys }: Experiment,
  given: ReadonlyMap<string, unknown>,
) {
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(keys).join(', ');
    return issue.keys.map((key) => ({
      key,
      text: `${key}: ${show(given.get(key))} is not a setting of the experiment ${name}; its settings are ${known}`,
    }));
  }
  const key = String(issue.path[0]);
  const found = given.has(key) ? `is ${show(given.get(key))}` : 'is left out';
  return [{ key, text: `${key} ${found}; it ${issue.message}` }];
}

function readMapping(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`${file}: cannot be read: ${reason(error)}.`, {
      remedy: 'Name a pipeline file that exists; `resdiff list` shows those in ./pipelines.',
    });
  }
  const content = parseYaml(text, `${file}: is not valid YAML`);
  if (!isMapping(content)) {
    throw new UserError(
      `${file}: must be a mapping of keys to values, such as "experiment: draws", not ${show(content)}.`,
    );
  }
  return content;
}

/** @throws {UserError} that begins with `refusal`. */
function parseYaml(text: string, refusal: string): unknown {
  const document = parseDocument(text, { logLevel: 'error' });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) {
    throw new UserError(
      problem.code === 'MULTIPLE_DOCS'
        ? `${refusal} of one document: it goes on after a line of "---".`
        : `${refusal}: ${problem.message.trim()}`,
    );
  }
  try {
    return document.toJS();
  } catch (error) {
    throw new UserError(`${refusal}: ${messageOf(error)}`);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EISDIR: 'it is a folder',
  EACCES: 'permission is denied',
};

function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return reasons[code] ?? messageOf(error);
}

function parseOverride(override: string): [key: string, value: unknown] {
  const split = override.indexOf('=');
  const key = override.slice(0, split).trim();
  if (split < 0 || key === '') {
    throw new UserError(
      `--set ${override}: must be key=value, such as --set draws=2000 or --set "inputs=[0, 1]".`,
    );
  }
  if (reserved.includes(key)) {
    throw new UserError(
      `--set ${override}: ${key} belongs in the pipeline file, it cannot be set.`,
    );
  }
  const value = override.slice(split + 1);
  return [key, parseYaml(value, `--set ${override}: the value is not valid YAML`)];
}

/** How much of a value a message shows. */
const MOST_SHOWN = 80;

/** A value as a person would write it, on one line. */
function show(value: unknown): string {
  const shown = inWords(value);
  return shown.length > MOST_SHOWN ? `${shown.slice(0, MOST_SHOWN)}...` : shown;
}

function inWords(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return `[${value.map(inWords).join(', ')}]`;
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object') return `${value as number | boolean}`;
  const members = Object.entries(value).map(([key, member]) => `${key}: ${inWords(member)}`);
  return `{${members.join(', ')}}`;
}

/** Without what a terminal would take as a command. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/[\p{Cc}\uFFFD]/gu, '?');
}

export interface PlanOptions {
  /** How much a shard holds, in the experiment's units; by default what suits. */
  readonly shardSize?: number;
  readonly environment?: Environment;
}

/** A pipeline cut into the shards of a run. */
export interface PlannedRun {
  readonly plan: RunPlan;
  readonly shards: ShardPlan;
  /** The pipeline's, with what they name looked up. */
  readonly settings: Settings;
  /** For a person: what was found instead of what was asked for. */
  readonly warnings: readonly string[];
  readonly environment: Environment;
  /** Worker threads at most that have something to do. */
  readonly mostWorkers: number;
}

/**
 * Looks up what the settings name and cuts the work into shards.
 *
 * @throws {UserError} if the data folder or what the settings name is not there, if a shard size is
 *   given for shards that have none, or if there would be more shards than a run can have.
 */
export async function planPipeline(
  { name, experiment, settings }: Pipeline,
  { shardSize, environment = {} }: PlanOptions = {},
): Promise<PlannedRun> {
  checkDataFolder(environment);
  checkShardSize(experiment, shardSize);
  const resolved = (await experiment.resolve?.(settings, environment)) ?? {
    settings,
    versions: {},
    warnings: [],
  };
  const shards = experiment.plan(resolved.settings, shardSize);
  const { seed, ...config } = resolved.settings;
  return {
    shards,
    settings: resolved.settings,
    warnings: resolved.warnings,
    environment,
    mostWorkers: Math.min(
      shards.shards.length,
      experiment.threads?.(resolved.settings) ?? Infinity,
    ),
    plan: {
      pipeline: name,
      experiment: experiment.name,
      config,
      seed: seed as string,
      schema: experiment.table(resolved.settings),
      shards: shards.shards,
      versions: { resdiff: version, kernel: kernelVersion(), ...resolved.versions },
    },
  };
}

function checkShardSize({ name, shardUnit }: Experiment, shardSize?: number): void {
  if (shardSize === undefined || shardUnit !== undefined) return;
  throw new UserError(
    `The shard size is ${shardSize}, but a shard of the experiment ${name} is a whole piece of work; leave --shard-size out.`,
  );
}

function checkDataFolder({ dataFolder }: Environment): void {
  if (dataFolder === undefined) return;
  const found = statSync(dataFolder, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  throw new UserError(
    found
      ? `The data folder ${dataFolder} is a file, not a folder.`
      : `The data folder ${dataFolder} does not exist.`,
    { remedy: 'Name the folder that holds the data sets, or leave --data out.' },
  );
}
