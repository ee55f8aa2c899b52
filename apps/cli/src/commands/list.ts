import { experiments, readPipeline, type Experiment } from '@resdiff/experiments';
import { messageOf } from '@resdiff/runtime';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { table, words } from '../format.ts';
import { openTerminal, type TerminalOptions } from '../terminal.ts';

/** `resdiff list`: the experiments with their settings, and the pipelines of a folder. */
export function list(options: TerminalOptions & { readonly pipelines: string }): number {
  const terminal = openTerminal(options);
  const pipelines = pipelineFiles(options.pipelines).map(describePipeline);
  terminal.say(`Pipelines in ${options.pipelines}:`);
  terminal.say(
    pipelines.length > 0
      ? table(
          pipelines.map(({ file, description }) => [`  ${file}`, description]),
          'll',
        )
      : '  none; --pipelines names another folder',
  );
  for (const experiment of experiments) {
    terminal.say(`\nExperiment ${experiment.name}: ${experiment.description}. Settings:`);
    const rows = settingsOf(experiment).map(({ key, value, description }) => [
      `  ${key}`,
      words(value),
      description,
    ]);
    terminal.say(table([['  key', 'default', 'meaning'], ...rows], 'lll'));
  }
  terminal.result({
    pipelines,
    experiments: experiments.map((experiment) => ({
      name: experiment.name,
      description: experiment.description,
      settings: settingsOf(experiment).map(({ key, value, description }) => ({
        key,
        default: value,
        description,
      })),
    })),
  });
  return 0;
}

function settingsOf({ settings, keys }: Experiment) {
  const defaults = settings.parse({});
  return Object.entries(keys).map(([key, description]) => ({
    key,
    value: defaults[key],
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
