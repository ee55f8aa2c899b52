import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** The settings that a pipeline gives, at full size. */
export function pipelineSettings(name: string): Record<string, unknown> {
  const file = new URL(`../../../pipelines/${name}.yaml`, import.meta.url);
  const given = parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const notSettings = ['experiment', 'description', 'quick'];
  return Object.fromEntries(Object.entries(given).filter(([key]) => !notSettings.includes(key)));
}
