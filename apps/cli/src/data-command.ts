import { InvalidArgumentError, Option, type Command } from '@commander-js/extra-typings';
import { dataOption, folderName, jsonOption, quietOption } from './options.ts';

const SEARCHED = `
Data sets are looked for in the folder given as --data, in $RESDIFF_DATA, in ./data, ../shared/data
and /usr/share/datasets, each set in a folder of its own name. Known by name are mnist and
fashion-mnist; synthetic stands for digits that resdiff draws itself. A path names any other set:
a folder with the four files train-images-idx3-ubyte, train-labels-idx1-ubyte,
t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, gzipped or not.`;

/** Adds `resdiff data` and its commands. */
export function addDataCommand(program: Command): void {
  const data = program
    .command('data')
    .description('list, fetch and verify data sets: MNIST, Fashion-MNIST, any other in IDX files')
    .addHelpText('after', SEARCHED);

  data
    .command('list')
    .description('print the data sets: where they are, their files and licences, what is missing')
    .addOption(dataOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (options) => {
      const { listData } = await import('./commands/data/list.ts');
      process.exitCode = listData(options);
    });

  data
    .command('verify')
    .description('read data sets and say of each file whether it is whole')
    .argument(
      '[name...]',
      'mnist, fashion-mnist or the path of a folder; all that are found if left out',
    )
    .addOption(dataOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText(
      'after',
      '\nThe exit code is 0 if all are whole, 1 if not, 2 if there is no such data set.',
    )
    .action(async (names, options) => {
      const { verifyData } = await import('./commands/data/verify.ts');
      process.exitCode = await verifyData(names, options);
    });

  data
    .command('path')
    .description('print the folder of a data set')
    .argument('<name>', 'mnist, fashion-mnist or the path of a folder')
    .addOption(dataOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (name, options) => {
      const { dataPath } = await import('./commands/data/path.ts');
      process.exitCode = dataPath(name, options);
    });

  data
    .command('fetch')
    .description('download a data set, or go on with a download; what is there and whole is kept')
    .argument('<name>', 'mnist or fashion-mnist')
    .addOption(toOption())
    .addOption(mirrorOption())
    .addOption(dataOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText('after', FETCHED)
    .action(async (name, options) => {
      const { fetchData } = await import('./commands/data/fetch.ts');
      process.exitCode = await fetchData(name, options);
    });

  for (const command of data.commands) {
    command.showHelpAfterError(`(see resdiff data ${command.name()} --help)`);
  }
}

const FETCHED = `
The files are checked against the checksums of what was published, and appear only once they are
whole. Without --to, nothing is fetched if the set is found, whole, in any folder with data sets.`;

function toOption() {
  return new Option(
    '--to <folder>',
    'where the folder of the data set is made (default: --data, else $RESDIFF_DATA, else ./data)',
  ).argParser(folderName);
}

function mirrorOption() {
  return new Option(
    '--mirror <url>',
    'folder on the web with the four gzipped files, in place of the known ones; may be given again',
  )
    .argParser((value: string, before: string[]) => {
      if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
        throw new InvalidArgumentError('It must begin with http:// or https://.');
      }
      return [...before, value];
    })
    .default([] as string[], 'none');
}
