import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './workspace.ts';

/**
 * The commands of a block of shell: `&&` and line ends part them. What would be submitted to a
 * cluster is tried without one.
 */
export function commandsOf(block: string): string[] {
  return block
    .split(/\n|&&/)
    .map((command) => command.trim())
    .map((command) => (/^npx resdiff submit /.test(command) ? `${command} --dry-run` : command));
}

interface Manifest {
  readonly name: string;
  readonly workspaces?: readonly string[];
  readonly scripts: Readonly<Record<string, string>>;
}

function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
}

/**
 * Of a command that would install, build or test the workspace itself, or that needs data sets: the
 * reason why it cannot work, or null if it can. Undefined for any other command, which is to be run.
 */
export function checkWithoutRunning(command: string): string | null | undefined {
  const [program, verb, ...rest] = command.split(' ');
  if (program === 'npm') {
    if (verb === 'ci') return existsSync(join(root, 'package-lock.json')) ? null : 'no lock file';
    const script = verb === 'run' ? rest.find((word) => !word.startsWith('-')) : verb;
    if (script === undefined) return 'npm run names no script';
    return script in manifest('.').scripts ? null : `package.json has no script ${script}`;
  }
  if (program === 'npx' && verb === 'nx') return checkNx(rest);
  if (program === 'npx' && verb === 'resdiff' && rest[0] === 'data')
    return checkData(rest.slice(1));
  if (program === '.ci/run') {
    try {
      accessSync(join(root, program), constants.X_OK);
      return null;
    } catch {
      return `${program} cannot be executed`;
    }
  }
  return undefined;
}

function checkNx([target, ...words]: string[]): string | null {
  const targets = target === 'run-many' ? words.slice(1) : [target];
  const projects = target === 'run-many' ? [] : words;
  const unknownTarget = targets.find((name) => !['build', 'lint', 'test'].includes(name));
  if (unknownTarget) return `no project has the target ${unknownTarget}`;
  const unknownProject = projects.find((project) => {
    const folder = project.replace('@resdiff/', 'libs/');
    return !existsSync(join(root, folder)) || manifest(folder).name !== project;
  });
  return unknownProject ? `there is no project ${unknownProject}` : null;
}

/** Of `npx resdiff data`: commands are held against their help, names against the list of data sets. */
function checkData([command, ...words]: string[]): string | null | undefined {
  const names = words.filter((word, i) => !/^--/.test(word) && !/^--/.test(words[i - 1] ?? ''));
  if (command === 'list' || names.join() === 'synthetic') return undefined;
  const { output: help, succeeded } = runShell(`npx resdiff data ${command} --help`, root);
  if (!succeeded) return help;
  const unknownOption = words.find((word) => /^--/.test(word) && !help.includes(`  ${word} `));
  if (unknownOption) return `resdiff data ${command} has no option ${unknownOption}`;
  const { output: list } = runShell('npx resdiff data list', root);
  const unknownName = names.find(
    (name) => !name.includes('/') && !`\n${list}`.includes(`\n${name}: `),
  );
  return unknownName ? `there is no data set ${unknownName}` : null;
}

/** Starts what npx would, without the time that npx takes to find it. */
const npx = 'npx() { "node_modules/.bin/$1" "${@:2}"; }';

/**
 * Runs commands in a folder, as a person would but for a quicker npx; their output, and whether all
 * succeeded.
 */
export function runShell(script: string, folder: string): { output: string; succeeded: boolean } {
  const { stdout, status } = spawnSync('bash', ['-e', '-c', `exec 2>&1\n${npx}\n${script}`], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: '1' },
  });
  return { output: stdout, succeeded: status === 0 };
}
