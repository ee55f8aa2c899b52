import { messageOf, UserError } from '@resdiff/runtime';
import { findGpus } from './devices.ts';
import { engine, engineNames, gpuPackage, type EngineName } from './engines.ts';

export interface EngineCheck {
  readonly name: EngineName;
  /** Of the numerical library; missing if the engine cannot compute here. */
  readonly version?: string;
  /** Why it cannot compute here. */
  readonly fault?: string;
  /** What to install or to change. */
  readonly remedy?: string;
}

/**
 * Loads each engine of trainings in turn, that of GPUs in a process of its own, and says which can
 * compute here.
 */
export async function checkEngines(): Promise<EngineCheck[]> {
  const checks: EngineCheck[] = [];
  for (const name of engineNames) checks.push(await checkEngine(name));
  return checks;
}

async function checkEngine(name: EngineName): Promise<EngineCheck> {
  const onGpus = name === 'tfjs' ? gpuPackage() : undefined;
  if (onGpus !== undefined) return checkOnGpus(name, onGpus);
  try {
    const { version } = await engine(name);
    return { name, version };
  } catch (error) {
    if (!(error instanceof UserError)) return { name, fault: messageOf(error) };
    const { cause, remedy } = error;
    return { name, fault: messageOf(cause), ...(remedy !== undefined && { remedy }) };
  }
}

async function checkOnGpus(name: EngineName, version: string): Promise<EngineCheck> {
  const [{ problem }] = await findGpus(['cuda'], [name]);
  if (problem === undefined) return { name, version };
  const { reason, remedy } = problem;
  return { name, fault: reason, ...(remedy !== undefined && { remedy }) };
}
