import { UserError } from '@resdiff/runtime';
import { describe, expect, it } from 'vitest';
import { pipelineFile } from '../../test/support.ts';
import { readPipeline, type PipelineOptions } from '../pipeline.ts';

const small = 'experiment: draws\nwidth: 4\ndepth: 3\ndraws: 5\n';

const read = (text: string, options: PipelineOptions = {}) =>
  readPipeline(pipelineFile(text), options);

/** The points of a grid, by the keys of the grid. */
function pointsOf(text: string, options: PipelineOptions = {}) {
  const { grid, points } = read(text, options);
  return points?.map((settings) =>
    Object.fromEntries(Array.from(grid!.keys(), (key) => [key, settings[key]])),
  );
}

function refusal(text: string, options: PipelineOptions | string[] = {}): string {
  const file = pipelineFile(text);
  try {
    readPipeline(file, Array.isArray(options) ? { grid: options } : options);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message.replaceAll(file, 'FILE');
  }
  throw new Error('expected a refusal');
}

describe('a grid', () => {
  it('has all combinations as points, the last key varying fastest, in the order written', () => {
    expect(pointsOf(`${small}grid: {depth: [7, 2], width: [5, 9, 6]}\n`)).toEqual(
      [7, 2].flatMap((depth) => [5, 9, 6].map((width) => ({ depth, width }))),
    );
    expect(pointsOf(`${small}grid: {width: [5], depth: [7, 2]}\n`)).toEqual([
      { width: 5, depth: 7 },
      { width: 5, depth: 2 },
    ]);
  });

  it('goes before the settings of the file; its values are resolved as theirs are', () => {
    const text = `${small}grid: {activation: [TanH, Sin], inputs: [1, [2, -0.0], "3, 4"]}\n`;
    const { grid, settings, points } = read(text);
    expect(grid).toEqual(
      new Map<string, unknown>([
        ['activation', ['tanh', 'sin']],
        ['inputs', [[1], [2, 0], [3, 4]]],
      ]),
    );
    expect(settings).toEqual(points![0]);
    expect(points![5]).toMatchObject({ activation: 'sin', inputs: [3, 4], width: 4, draws: 5 });
  });

  it('need not leave a pipeline that could run without it', () => {
    const text = 'experiment: training\ndata: synthetic\ntrainImages: 100\n';
    expect(refusal(text)).toContain('batch');
    expect(pointsOf(`${text}grid: {batch: [50, 100]}\n`)).toHaveLength(2);
  });

  it('is not there where nothing varies', () => {
    expect(read(small)).not.toHaveProperty('grid');
    expect(read(small)).not.toHaveProperty('points');
  });
});

describe('--grid', () => {
  const text = `${small}grid: {depth: [7, 2], width: [5, 9]}\n`;

  it('goes before the values of a key in the file, which keeps its place, and adds keys', () => {
    expect(pointsOf(text, { grid: ['T=2,3', 'depth=1'] })).toEqual(
      [5, 9].flatMap((width) => [2, 3].map((T) => ({ depth: 1, width, T }))),
    );
  });

  it.each([
    ['sigmaW=0.5, 1,2e0', [0.5, 1, 2]],
    ['sigmaW=[0.5, 1]', [0.5, 1]],
    ['sigmaW=3', [3]],
    [' sigmaW = 3 ', [3]],
    ['inputs=1,2', [[1], [2]]],
    ['inputs=[[0, 1], 2]', [[0, 1], [2]]],
    ['seed=1,2', ['1', '2']],
    ['seed=["18446744073709551615"]', ['18446744073709551615']],
    ['processes=resnet,limit', [['resnet'], ['limit']]],
    ['processes=["resnet,limit", sde]', [['resnet', 'limit'], ['sde']]],
  ])('%s', (option, values) => {
    expect([...read(small, { grid: [option] }).grid!.values()]).toEqual([values]);
  });

  it('takes mappings', () => {
    const laws = 'experiment: parameter-laws\nwidth: 3\n';
    const one = 'biasCovariance={name: ar1, rho: 0.1, variance: 1}';
    expect(pointsOf(laws, { grid: [one] })).toHaveLength(1);
  });
});

describe('keys that run together', () => {
  const diagonal = `${small}grid: {"width, depth": [7, 2], T: [1, 2]}\n`;
  const sizes = [7, 2].map((size) => ({ width: size, depth: size }));

  it('have the same value at a point, and are two keys of it', () => {
    expect(pointsOf(diagonal)).toEqual(
      sizes.flatMap((size) => [1, 2].map((T) => ({ ...size, T }))),
    );
    expect(pointsOf(small, { grid: ['width,depth=7,2'] })).toEqual(sizes);
  });

  it('have a value each where a list is given', () => {
    expect(pointsOf(small, { grid: ['width, depth=[[5, 50], 7]'] })).toEqual([
      { width: 5, depth: 50 },
      { width: 7, depth: 7 },
    ]);
    const inputs = 'inputs,width=[[[0, 1], 3], [2, 3]]';
    expect(pointsOf(small, { grid: [inputs] })).toEqual([
      { inputs: [0, 1], width: 3 },
      { inputs: [2], width: 3 },
    ]);
  });

  it('leave each other where one of them is given values of its own', () => {
    expect(pointsOf(diagonal, { set: ['T=3', 'width=5'] })).toEqual([{ depth: 7 }, { depth: 2 }]);
    expect(pointsOf(diagonal, { set: ['T=3'], grid: ['depth=1,3'] })).toEqual(
      [1, 3].flatMap((depth) => [7, 2].map((width) => ({ depth, width }))),
    );
    const ratios = `${small}grid: {"width, depth": [[3, 6], [3, 9]]}\n`;
    expect(pointsOf(ratios, { set: ['depth=1'] })).toEqual([{ width: 3 }]);
  });

  it('take the place of keys that run apart', () => {
    const apart = `${small}grid: {width: [1], T: [1, 2], depth: [4, 5]}\n`;
    expect(pointsOf(apart, { grid: ['depth,width=7,2'] })).toEqual(
      sizes.flatMap((size) => [1, 2].map((T) => ({ ...size, T }))),
    );
  });
});

describe('what --set and quick give one value', () => {
  const text = `${small}grid: {width: [5, 9], depth: [7, 2]}\nquick: {width: 6, draws: 2}\n`;

  it('does not vary', () => {
    expect(pointsOf(text, { set: ['depth=1'] })).toEqual([{ width: 5 }, { width: 9 }]);
    const quick = read(text, { quick: true });
    expect([...quick.grid!.keys()]).toEqual(['depth']);
    expect(quick.settings).toMatchObject({ width: 6, draws: 2, depth: 7 });
    expect(read(text, { quick: true, set: ['depth=1'] })).not.toHaveProperty('grid');
  });

  it('varies with --grid, which goes before quick but not beside --set', () => {
    expect(pointsOf(text, { quick: true, grid: ['width=1,2'] })).toHaveLength(4);
    expect(refusal(text, { set: ['T=1'], grid: ['T=1,2'] })).toBe(
      '--grid T=1,2: T has one value by --set T=1; leave out one of the two.',
    );
  });
});

const noSettingBut = (meant: string) =>
  noSetting.replace('draws;', `draws (did you mean ${meant}?);`);
const noSetting =
  'is not a setting of the experiment draws; its settings are activation, inputs, width, depth, T, sigmaW, sigmaB, draws, seed, processes, coordinates.';

describe('a grid is refused', () => {
  const example = 'such as {size: [10, 20, 50]}.';
  it.each([
    ['grid: 3', `grid is 3; it must be a mapping of settings to lists of values, ${example}`],
    ['grid:', `grid is empty; it must be a mapping of settings to lists of values, ${example}`],
    ['grid: {}', `grid is {}; it must be a mapping of settings to lists of values, ${example}`],
    ['grid: {width: 3}', `grid holds width: 3; it must be a list of values, ${example}`],
    ['grid: {width: []}', 'grid holds width: []; it must hold at least one value.'],
    [
      'grid: {width: [3, 4, 3]}',
      'grid holds width: [3, 4, 3]; its values must differ, and 3 is there twice.',
    ],
    ['grid: {width: [~]}', 'grid holds width: [empty]; one of the values is empty.'],
    ['grid: {wdth: [3]}', `grid holds wdth, which ${noSettingBut('width')}`],
    ['grid: {"width, dpth": [3]}', `grid holds dpth, which ${noSettingBut('depth')}`],
    ['grid: {"width,": [3]}', `grid holds "width,", which ${noSetting}`],
    ['grid: {"width,width": [3]}', 'grid holds width a second time in width,width.'],
    ['grid: {depth: [3], "width,depth": [3]}', 'grid holds depth a second time in width,depth.'],
    [
      'grid: {"width,depth": [[3, 4, 5]]}',
      'grid holds width,depth: [[3, 4, 5]]; [3, 4, 5] must hold 2 values, one for each of width, depth.',
    ],
    [
      'grid: {"width,depth": [3, [3, 3]]}',
      'grid holds width,depth: [3, [3, 3]]; its values must differ, and [3, 3] is there twice.',
    ],
    [
      'grid: {"width,activation": [[3, tanh], [3, TanH]]}',
      'width, activation is 3, "tanh" and 3, "TanH" in the grid, which mean the same; its values must differ.',
    ],
    [
      'grid: {"width,depth": [[1, 2], [1, 0]]}',
      'at the point width = 1, depth = 0: depth is 0; it must be a whole number from 1 to 1000000.',
    ],
    ['grid: {toString: [3]}', `grid holds toString, which ${noSetting}`],
    ['grid: {quick: [3]}', 'grid holds quick, which is no setting and cannot vary.'],
    ['grid: {experiment: [ntk]}', 'grid holds experiment, which is no setting and cannot vary.'],
    [
      'grid: {activation: [tanh, TanH]}',
      'activation is "tanh" and "TanH" in the grid, which mean the same; its values must differ.',
    ],
    ['grid: {width: [0]}', 'width is 0; it must be a whole number from 1 to 100000.'],
    [
      'grid: {width: [0, 1]}',
      'at the point width = 0: width is 0; it must be a whole number from 1 to 100000.',
    ],
    [
      'grid: {width: [2, x], depth: [1, 2]}',
      'at 2 of 4 points, the first width = x, depth = 1: width is "x"; it must be a whole number from 1 to 100000.',
    ],
  ])('%s', (line, message) => {
    expect(refusal(`${small}${line}\n`)).toBe(`FILE: ${message}`);
  });

  it.each([
    ['width=0,4', 'FILE with --grid width=0,4: at the point width = 0: width is 0; it must be'],
    [
      'width',
      '--grid width: must be key=value,value, such as --grid size=10,20,50 or --grid "inputs=[[0, 1], [1, 2]]".',
    ],
    ['width=', '--grid width=: must be key=value,value'],
    ['width,=3', '--grid width,=3: must be key=value,value'],
    [
      'width,depth=[[3]]',
      '--grid width,depth=[[3]]: width, depth is [[3]]; [3] must hold 2 values',
    ],
    ['width=3,,4', '--grid width=3,,4: width is [3, empty, 4]; one of the values is empty.'],
    ['width=[3', '--grid width=[3: the value is not valid YAML: Flow sequence'],
    ['wdth=3', `--grid wdth=3: wdth ${noSettingBut('width')}`],
    ['grid=3', '--grid grid=3: grid is no setting and cannot vary.'],
    [
      'seed=1,"0x1"',
      'FILE with --grid seed=1,"0x1": seed is 1 and "0x1" in the grid, which mean the same',
    ],
  ])('--grid %s', (option, message) => {
    expect(refusal(small, [option])).toContain(message);
  });

  it('where a key is given twice', () => {
    expect(refusal(small, ['width=1', 'width=2'])).toBe(
      '--grid width=2: width is given a second time, after --grid width=1; write all its values into one --grid.',
    );
  });

  it('where it has too many points', () => {
    const list = (count: number) =>
      `[${Array.from({ length: count }, (_, i) => i + 1).join(', ')}]`;
    const grid = (width: number, depth: number) =>
      `${small}grid: {width: ${list(width)}, depth: ${list(depth)}}\n`;
    expect(refusal(grid(317, 316))).toBe(
      'FILE: the grid has 100,172 points (317 x 316); it must have at most 100,000.',
    );
    expect(pointsOf(grid(30, 33))).toHaveLength(990);
  });

  it('with what is wrong at all its points once, and a bounded number of lines', () => {
    expect(refusal(`${small}foo: 1\nT: 0\n`, ['width=1,2'])).toBe(
      `FILE: T is 0; it must be a finite number above 0.\nFILE: foo: 1 ${noSetting}`,
    );
    const lines = refusal(small, ['width=1,a,b,c,d,e,f,g']).split('\n');
    expect(lines).toHaveLength(6);
    expect(lines[5]).toBe('And 2 more refusals.');
  });

  it('within quick', () => {
    expect(refusal(`${small}quick: {grid: {width: [1]}}\n`)).toBe(
      'FILE: quick holds grid, which is no setting; it belongs at the top of the file.',
    );
  });
});
