import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { figure2, mountSmall, refusal, resdiff, scratch, set, small } from './support.ts';

describe.concurrent('a wrong command line is refused', () => {
  const workers = 'It must be a number of worker threads, a whole number from 1 to 1024.';
  const size = 'It must be a number of units a shard, a whole number from 1 to 2147483647.';
  it.each([
    [['frob'], "resdiff: unknown command 'frob'"],
    [['run'], "resdiff: missing required argument 'file'"],
    [['run', figure2, '--frob'], "resdiff: unknown option '--frob'"],
    [['run', figure2, '--set'], "resdiff: option '--set <key=value>' argument missing"],
    [
      ['run', figure2, '--workers', '0'],
      `resdiff: option '--workers <n>' argument '0' is invalid. ${workers}`,
    ],
    [
      ['run', figure2, '--workers', '-1'],
      `resdiff: option '--workers <n>' argument '-1' is invalid. ${workers}`,
    ],
    [
      ['run', figure2, '--workers', 'x'],
      `resdiff: option '--workers <n>' argument 'x' is invalid. ${workers}`,
    ],
    [
      ['run', figure2, '--shard-size', '0'],
      `resdiff: option '--shard-size <n>' argument '0' is invalid. ${size}`,
    ],
    [
      ['run', figure2, '--out', ''],
      "resdiff: option '--out <folder>' argument '' is invalid. It must name a folder.",
    ],
  ])('%j', async (words, message) => {
    expect(await refusal(words)).toBe(`${message}\n(see resdiff --help)\n`);
  });
});

describe.concurrent('a wrong pipeline is refused', () => {
  it('that does not exist', async () => {
    expect(await refusal(['run', 'none.yaml'])).toBe(
      'resdiff: none.yaml: cannot be read: there is no such file.\n' +
        'Name a pipeline file that exists; `resdiff list` shows those in ./pipelines.\n',
    );
  });

  it('with a line for each wrong setting', async () => {
    const message = await refusal([...small, ...set({ width: 0, T: 'inf' }), '--out', 'here']);
    expect(message).toBe(
      [
        `resdiff: ${figure2} with --set width=0: width is 0; it must be a whole number from 1 to 100000.`,
        `${figure2} with --set T="inf": T is "inf"; it must be a finite number above 0.`,
        '',
      ].join('\n'),
    );
  });

  it('with a key misspelt, words repeated, and numbers beyond those of 32 bits', async () => {
    const words = [...small, ...set({ widht: 3, T: 1e200 }), '--set', 'processes=sde,sde'];
    const message = await refusal([...words, '--set', 'inputs=[1e-200, 1]']);
    const sizes = 'from 1e-30 to 1e30, well within the numbers of 32 bits.';
    expect(message.replace('resdiff: ', '').split('\n').sort()).toEqual(
      [
        '',
        `${figure2} with --set T=1e+200: T is 1e+200; it must be ${sizes}`,
        `${figure2} with --set inputs=[1e-200, 1]: inputs is [1e-200, 1]; it must hold numbers that are 0, or of a size ${sizes}`,
        `${figure2} with --set processes=sde,sde: processes is "sde,sde"; it must be one or more of resnet, sde, limit, each once.`,
        `${figure2} with --set widht=3: widht: 3 is not a setting of the experiment draws (did you mean width?); its settings are activation, inputs, width, depth, T, sigmaW, sigmaB, draws, seed, processes, coordinates.`,
      ].sort(),
    );
  });

  it('that is set wrongly', async () => {
    expect(await refusal([...small, '--set', 'width'])).toBe(
      'resdiff: --set width: must be key=value, such as --set draws=2000 or --set "inputs=[0, 1]".\n',
    );
  });

  it('in JSON with --json', async () => {
    const { code, stdout, stderr } = await resdiff(['run', 'none.yaml', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      error: {
        message: 'none.yaml: cannot be read: there is no such file.',
        remedy: 'Name a pipeline file that exists; `resdiff list` shows those in ./pipelines.',
        command: null,
        exitCode: 2,
      },
    });
    expect(stderr).toContain('none.yaml: cannot be read');
  });
});

describe.concurrent('is refused', () => {
  it.each(['run', 'plan'])('%s --data where no data are used', async (command) => {
    expect(await refusal([command, figure2, '--data', '.'])).toBe(
      'resdiff: The experiment draws uses no data; leave --data out.\n',
    );
  });

  it.each(['run', 'plan'])('%s --data with a folder that is none', async (command) => {
    const cwd = scratch();
    const file = 'regression.yaml';
    writeFileSync(join(cwd, file), 'experiment: kernel-regression\n');
    const remedy = 'Name the folder that holds the data sets, or leave --data out.\n';
    expect(await refusal([command, file, '--data', 'none'], cwd)).toBe(
      `resdiff: The data folder none does not exist.\n${remedy}`,
    );
    expect(await refusal([command, file, '--data', file], cwd)).toBe(
      `resdiff: The data folder ${file} is a file, not a folder.\n${remedy}`,
    );
  });

  it.each(['run', 'plan'])('%s --quick where the file has no quick settings', async (command) => {
    const cwd = scratch();
    writeFileSync(join(cwd, 'slow.yaml'), 'experiment: draws\n');
    expect(await refusal([command, 'slow.yaml', '--quick'], cwd)).toBe(
      'resdiff: slow.yaml: has no quick settings, so it cannot be run with --quick.\n' +
        'Leave out --quick, or add settings to the file such as "quick: {draws: 500}".\n',
    );
  });
});

describe.concurrent('a folder that cannot be used is refused', () => {
  it('because it holds another run, naming what differs', async () => {
    const cwd = scratch();
    await resdiff([...small, '--set', 'processes=limit', '--quiet', '--out', 'run'], cwd);
    const other = set({ processes: 'limit', depth: 13, seed: 7, inputs: [1] });
    const message = await refusal([...small, ...other, '--quiet', '--out', 'run'], cwd);
    expect(message).toMatch(/^resdiff: run holds another run, [0-9a-f]{12} of figure-2: /);
    expect(message).toMatch(/depth is 12 there and 13 here/);
    expect(message).toMatch(/inputs is \[0,1\] there and \[1\] here/);
    expect(message).toMatch(/seed is "1" there and "7" here/);
    expect(message).not.toMatch(/width/);
    expect(message).toMatch(/\nGive another folder, or the settings of that run to resume it; /);
  });

  it('because it holds other files', async () => {
    const cwd = scratch();
    mkdirSync(join(cwd, 'mine'));
    writeFileSync(join(cwd, 'mine/notes.txt'), 'dear diary');
    expect(await refusal([...small, '--quiet', '--out', 'mine'], cwd)).toBe(
      'resdiff: mine is not empty and not a run folder: it holds notes.txt.\n' +
        'Give a new or empty folder.\n',
    );
  });

  it('because it is a file, or lies below one', async () => {
    const cwd = scratch();
    writeFileSync(join(cwd, 'file'), '');
    expect(await refusal([...small, '--quiet', '--out', 'file'], cwd)).toBe(
      'resdiff: file is a file, not a folder.\n' +
        'Give the path of a new folder, or move the file away.\n',
    );
    expect(await refusal([...small, '--quiet', '--out', 'file/run'], cwd)).toMatch(
      /^resdiff: file\/run cannot be used as a run folder: ENOTDIR: .*\nGive a folder that can be created and written to\.\n$/,
    );
  });

  it('because its name is too long', async () => {
    expect(await refusal([...small, '--quiet', '--out', 'x'.repeat(300)])).toMatch(
      /^resdiff: x+ cannot be used as a run folder: ENAMETOOLONG: .*\nGive a folder that can be created and written to\.\n$/,
    );
  });

  it('because the system makes no folders there', async () => {
    expect(await refusal([...small, '--quiet', '--out', '/proc/run'])).toMatch(
      /^resdiff: \/proc\/run cannot be used as a run folder: ENOENT: .*\nGive a folder that can be created and written to\.\n$/,
    );
  });

  it('because its disk is read-only', async (context) => {
    const folder = scratch();
    mountSmall(folder, 'size=1m,ro', context);
    for (const out of [folder, join(folder, 'run')]) {
      expect(await refusal([...small, '--quiet', '--out', out])).toMatch(
        /^resdiff: .* cannot be used as a run folder: EROFS: read-only file system, .*\nGive a folder that can be created and written to\.\n$/,
      );
    }
  });
});
