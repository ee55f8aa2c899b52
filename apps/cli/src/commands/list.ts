import { experiments, findExperiment, readPipeline, type Experiment } from '@resdiff/experiments';
import { messageOf, suggestion, UserError } from '@resdiff/runtime';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { table, words } from '../format.ts';
import { PIPELINES } from '../options.ts';
import { openTerminal, reportError, type Terminal, type TerminalOptions } from '../terminal.ts';

/**
 * `resdiff list`: the pipelines of a folder and the experiments, or the settings of one experiment.
 * Returns the exit code.
 */
export function list(
  name: string | undefined,
  options: TerminalOptions & { readonly pipelines: string },
): number {
  const terminal = openTerminal(options);
  if (name === undefined) {
    try {
      listAll(options.pipelines, terminal);
      return 0;
    } catch (error) {
      return reportError(error, terminal);
    }
  }
  const experiment = findExperiment(name);
  if (!experiment) {
    const names = experiments.map((each) => each.name);
    return reportError(
      new UserError(
        `There is no experiment ${name}${suggestion(name, names)}; there are ${names.join(', ')}.`,
      ),
      terminal,
    );
  }
  terminal.say(`Experiment ${name}: ${experiment.description}. Settings:`);
  const rows = settingsOf(experiment).map(({ key, default: value, description }) => [
    `  ${key}`,
    words(value),
    description,
  ]);
  terminal.say(table([['  key', 'default', 'meaning'], ...rows], 'lll'));
  terminal.result(describeExperiment(experiment));
  return 0;
}

function listAll(folder: string, terminal: Terminal): void {
  const pipelines = pipelineFiles(folder).map(describePipeline);
  terminal.say(`Pipelines in ${folder}:`);
  terminal.say(
    pipelines.length > 0
      ? table(
          pipelines.map(({ file, description }) => [`  ${file}`, description]),
          'll',
        )
      : `  none: ${whyNone(folder)}; --pipelines names another`,
  );
  terminal.say('\nExperiments; `resdiff list <experiment>` prints the settings of one:');
  terminal.say(
    table(
      experiments.map(({ name, description }) => [`  ${name}`, description]),
      'll',
    ),
  );
  terminal.result({ pipelines, experiments: experiments.map(describeExperiment) });
}

function whyNone(folder: string): string {
  const path = resolve(folder);
  return existsSync(path) ? `no file of ${path} ends in .yaml` : `there is no folder ${path}`;
}

function describeExperiment(experiment: Experiment) {
  const { name, description } = experiment;
  return { name, description, settings: settingsOf(experiment) };
}

function settingsOf({ settings, keys }: Experiment) {
  const defaults = settings.parse({});
  return Object.entries(keys).map(([key, description]) => ({
    key,
    default: defaults[key],
    description,
  }));
}

function pipelineFiles(folder: string): string[] {
  return filesOf(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/** None where there is no folder of the name that is taken by default. */
function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (folder === PIPELINES) return [];
    throw new UserError(`--pipelines ${folder}: cannot be read: ${messageOf(error)}.`, {
      remedy: 'Name a folder of pipeline files that exists.',
      cause: error,
    });
  }
}

function describePipeline(file: string): { file: string; description: string } {
  try {
    return { file, description: readPipeline(file).description };
  } catch (error) {
    return { file, description: `cannot be run: ${messageOf(error)}` };
  }
}
