import { suggestion, UserError } from '@resdiff/runtime';
import { basename, extname } from 'node:path';
import type { Experiment, Settings } from './experiment.ts';
import { checkSettings, type GivenSettings } from './given-settings.ts';
import { experiments, findExperiment } from './registry.ts';
import { readGrid } from './sweep/grid.ts';
import { gridPoints, type Grid } from './sweep/points.ts';
import { isMapping, parseYaml, readMapping, show } from './yaml-text.ts';

/** A pipeline file, resolved: which experiment, under what name, with which settings. */
export interface Pipeline {
  /** The file's name without its ending. */
  readonly name: string;
  /** What the file says of itself; else the experiment's description. */
  readonly description: string;
  readonly experiment: Experiment;
  /** Of a sweep, those of its first point. */
  readonly settings: Settings;
  /** What varies over the points of a sweep; undefined for a single run. */
  readonly grid?: Grid;
  /** The settings of each point of a sweep; the last key of the grid varies fastest. */
  readonly points?: readonly Settings[];
}

/** Keys of a pipeline that are not settings of its experiment. */
const reserved = ['experiment', 'description', 'quick', 'grid'];

export interface PipelineOptions {
  /** `key=value` each, the value in YAML; they go before the settings of the file. */
  readonly set?: readonly string[];
  /** `key=value,value` each, or `key=` and a list in YAML; they go before the grid of the file. */
  readonly grid?: readonly string[];
  /** Puts the file's `quick` settings before its others. */
  readonly quick?: boolean;
}

/**
 * Reads a pipeline: a YAML mapping of `experiment`, an optional `description`, settings, `quick`, an
 * optional mapping of settings with which the pipeline ends soon, and `grid`, an optional mapping of
 * settings to lists of values, all combinations of which are the points of a sweep.
 *
 * What goes before what: `--grid` and `--set`, then `quick`, then `grid`, then the settings of the
 * file; a setting that is given with `--set` or as `quick` does not vary.
 *
 * @throws {UserError} naming the file, the key, the value and what would be right.
 */
export function readPipeline(
  file: string,
  { set = [], grid: gridOptions = [], quick = false }: PipelineOptions = {},
): Pipeline {
  const content = readMapping(file);
  const { description, quick: quickSettings, grid: writtenGrid } = content;
  if (description !== undefined && typeof description !== 'string') {
    throw new UserError(`${file}: description is ${show(description)}; it must be text.`);
  }
  const experiment = namedExperiment(file, content);
  const values = new Map(Object.entries(content).filter(([key]) => !reserved.includes(key)));
  const origin = new Map<string, string>();
  const quickly = Object.entries(checkQuick(file, quickSettings, quick));
  for (const [key, value] of quick ? quickly : []) {
    values.set(key, value);
    origin.set(key, `${file} with --quick`);
  }
  const overrides = new Map<string, string>();
  for (const override of set) {
    const [key, value] = parseOverride(override);
    values.set(key, value);
    origin.set(key, `${file} with --set ${override}`);
    overrides.set(key, override);
  }
  const given: GivenSettings = { file, values, origin };
  const context = { file, experiment, reserved, fixed: new Set(origin.keys()), set: overrides };
  const grid = readGrid(context, writtenGrid, gridOptions);
  return {
    name: basename(file, extname(file)),
    description: description ?? experiment.description,
    experiment,
    ...(grid ? gridPoints(experiment, given, grid) : { settings: settingsOf(experiment, given) }),
  };
}

function namedExperiment(file: string, content: Record<string, unknown>): Experiment {
  const { experiment: name } = content;
  const experiment = typeof name === 'string' ? findExperiment(name) : undefined;
  if (experiment) return experiment;
  const names = experiments.map((each) => each.name);
  const [misspelt] = Object.keys(content).filter((key) => suggestion(key, ['experiment']) !== '');
  const found =
    name !== undefined
      ? `experiment is ${show(name)}${typeof name === 'string' ? suggestion(name, names) : ''}`
      : `the key experiment is missing${misspelt === undefined ? '' : ` (is it ${misspelt}?)`}`;
  throw new UserError(`${file}: ${found}; it must be one of ${names.join(', ')}.`);
}

function settingsOf(experiment: Experiment, given: GivenSettings): Settings {
  const checked = checkSettings(experiment, given);
  if ('settings' in checked) return checked.settings;
  const lines = checked.refusals.map(({ origin, problem }) => `${origin}: ${problem}.`);
  throw new UserError([...new Set(lines)].join('\n'));
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
