import { spawnSync } from 'node:child_process';

/** How far the Python blocks can be run here. */
export interface PythonSupport {
  /** The interpreter, the first that has pandas. */
  readonly python: string;
  /** Whether pandas has a reader of Parquet files. */
  readonly readsParquet: boolean;
}

/** Undefined where no interpreter has pandas. */
export function findPython(): PythonSupport | undefined {
  for (const python of ['python3', '/usr/bin/python3']) {
    if (imports(python, 'pandas')) return { python, readsParquet: imports(python, 'pyarrow') };
  }
  return undefined;
}

function imports(python: string, module: string): boolean {
  return spawnSync(python, ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0;
}

/** Reads the CSV file beside a Parquet file in the place of the Parquet file. */
const csvReader = `
import pandas
pandas.read_parquet = lambda path: pandas.read_csv(path.replace('.parquet', '.csv'))
`;

/**
 * Runs a block and returns what it prints.
 *
 * @throws Error with what Python says, if it fails.
 */
export function runPython({ python, readsParquet }: PythonSupport, block: string, cwd: string) {
  const code = readsParquet ? block : csvReader + block;
  const { status, stdout, stderr } = spawnSync(python, ['-c', code], { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
