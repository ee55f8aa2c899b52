import { experiments, findExperiment, readPipeline, type Experiment } from '@resdiff/experiments';
import { messageOf, UserError } from '@resdiff/runtime';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { table, words } from '../format.ts';
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
    listAll(options.pipelines, terminal);
    return 0;
  }
  const experiment = findExperiment(name);
  if (!experiment) {
    const names = experiments.map((each) => each.name).join(', ');
    return reportError(
      new UserError(`There is no experiment ${name}; there are ${names}.`),
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
      : '  none; --pipelines names another folder',
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
  try {
    return readdirSync(folder)
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function describePipeline(file: string): { file: string; description: string } {
  try {
    return { file, description: readPipeline(file).description };
  } catch (error) {
    return { file, description: `cannot be run: ${messageOf(error)}` };
  }
}
