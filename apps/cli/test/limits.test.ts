import { dataOf, findLimitQuantity, limitQuantities, parametersBeside } from '@resdiff/limits';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { refusal, resdiff, scratch } from './support.ts';

interface Printed {
  name: string;
  parameters: Record<string, unknown>;
  rows: { quantity: string; at: Record<string, unknown>; value: unknown }[];
}

/** What `resdiff limits` prints, which must succeed. */
async function limits(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await resdiff(['limits', ...words]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

const json = async (...words: string[]) => JSON.parse(await limits(...words, '--json')) as Printed;

describe.concurrent('limits', () => {
  it('lists every quantity with its description, and its parameters with their defaults', async () => {
    const stdout = await limits();
    for (const { name, description } of limitQuantities) {
      expect(stdout).toContain(`${name}: ${description}\n`);
    }
    expect(stdout).toContain('\n  --activation tanh --z 0,1 --sigma-w 1 --sigma-b 1\n');
    expect(stdout).toContain(
      '\n  --T 2 --to 1 --width 2 --law iid --sigma-w 1 --sigma-b 1 --weight-dri',
    );
    expect(stdout).toContain(" --states '[[1, 0], [0, 2]]' --law iid --sigma-w 1 ");
    expect(stdout).toMatch(/^ {2}--sigma-w +scale of the weights$/m);
    expect(stdout).toMatch(
      /^ {2}--input-covariance +Sigma_I, D x D, where law is matrix-gaussian$/m,
    );
    expect(stdout).toMatch(/^ {2}--T +the time that the depth stands for$/m);
  });

  it('lists them in JSON with --json', async () => {
    expect(JSON.parse(await limits('--json'))).toEqual(
      limitQuantities.map(({ name, description, parameters }) => ({
        name,
        description,
        parameters,
      })),
    );
  });

  it('names the quantities in its help', async () => {
    const stdout = await limits('--help');
    for (const { name } of limitQuantities) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  it('describes the parameters of a quantity in its own help, and no others', async () => {
    const stdout = await limits('network-ntk', '--help');
    const options = Array.from(stdout.matchAll(/^ {2}(--[\w-]+)/gm), ([, option]) => option);
    expect(options).toEqual([
      ...['--activation', '--z', '--T', '--sigma-w', '--sigma-b', '--depth'],
      '--json',
    ]);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      '--depth <value> the number of layers L: a positive integer, at most 100000 (default: 100)',
    );
  });
});

describe.concurrent('limits NAME', () => {
  it('prints rows as a table, to eight digits', async () => {
    expect(await limits('explosion-time', '--activation', 'swish', '--z', '2')).toBe(
      'quantity       at         value\nexplosionTime  z = 2  1.7216358\n',
    );
    const stdout = await limits('explosion-time', '--activation', 'tanh', '--z', '1,-2');
    expect(stdout.split('\n').slice(1)).toEqual([
      'explosionTime  z = 1   never',
      'explosionTime  z = -2  never',
      '',
    ]);
  });

  it('takes kebab-case and camelCase, with and without =', async () => {
    const kebab = await limits('completed-kernels', '--sigma-z', '0.5', '--sigma-y', '2');
    // (37): 3 e.
    expect(kebab).toMatch(/^slope +tangent +8\.1548455$/m);
    expect(await limits('completed-kernels', '--sigmaZ=0.5', '--sigmaY=2')).toBe(kebab);
  });

  it('prints sentences below the table', async () => {
    const stdout = await limits('assumptions', '--activation', 'relu');
    expect(stdout).toMatch(/^holds +Theorem 3\.1, .* no$/m);
    expect(stdout).toMatch(/^reason, Theorem 3\.1, .*:\n {2}relu has no diffusion limit: /m);
  });

  it.each(limitQuantities.map(({ name }) => name))(
    '%s has in JSON all digits of the rows that its defaults give',
    async (name) => {
      const quantity = findLimitQuantity(name)!;
      const defaults = parametersBeside({}, quantity.parameters).map((parameter) => [
        parameter.name,
        parameter.structured ? dataOf(parameter.default) : parameter.default,
      ]);
      expect(await json(name)).toEqual({
        name,
        parameters: Object.fromEntries(defaults) as unknown,
        rows: quantity.compute({}),
      });
    },
  );

  it('says in JSON which parameters were given', async () => {
    const given = await json('moments', '--activation', 'swish', '--z=1', '--sigma-w', '0.5');
    expect(given.parameters).toEqual({
      activation: 'swish',
      z: '1',
      T: '1',
      sigmaW: '0.5',
      sigmaB: '1',
    });
    const before = JSON.parse(await limits('--json', 'moments', '--z', '1')) as Printed;
    expect(before.rows.map(({ quantity }) => quantity)).toEqual(['m', 'q', 'lambda']);
  });
});

describe.concurrent('limits with matrices', () => {
  it('takes them by name, in YAML, in JSON or out of a file, and says in JSON what they were', async () => {
    const folder = scratch();
    writeFileSync(join(folder, 'states.json'), '[[1, 3]]');
    const { code, stdout } = await resdiff(
      [
        ...['limits', 'instantaneous-moments', '--activation', 'swish', '--law', 'matrix-gaussian'],
        ...['--states', '{file: states.json}', '--outputCovariance', '{name: ar1, rho: 0.5}'],
        ...['--input-covariance', '[[1, 0], [0, 0]]', '--bias-drift', '[1, -1]', '--json'],
      ],
      folder,
    );
    expect(code).toBe(0);
    const { parameters, rows } = JSON.parse(stdout) as Printed;
    expect(parameters).toEqual({
      activation: 'swish',
      psi: 'identity',
      law: 'matrix-gaussian',
      states: [[1, 3]],
      outputCovariance: { name: 'ar1', rho: 0.5 },
      inputCovariance: [
        [1, 0],
        [0, 0],
      ],
      biasCovariance: 'identity',
      weightDrift: 0,
      biasDrift: [1, -1],
    });
    // V = I + Sigma_O, p1 = p2 = 1/2.
    expect(rows.map(({ value }) => value)).toEqual([1, 0, 0.5, 0.125, 0.5]);
  });

  it('prints rows to be given back', async () => {
    expect(await limits('time-change', '--T', '4', '--sigma-b', '0.5')).toBe(
      'quantity  at      value\nsigmaW        2.0000000\nsigmaB        1.0000000\n',
    );
  });
});

describe.concurrent('limits refuses', () => {
  const moments = ['instantaneous-moments', '--law', 'matrix-gaussian'];
  const about = 'resdiff: limits instantaneous-moments: ';
  it.each([
    [
      ['nothing'],
      'resdiff: There is no quantity nothing; there are assumptions, instantaneous-moments, ',
    ],
    [
      ['moments', '--activation', 'swoosh'],
      'resdiff: limits moments: activation is swoosh; it must be one of tanh, swish, ',
    ],
    [
      ['moments', '--sigma-w', '-1'],
      'resdiff: limits moments: sigmaW is -1; it must be a finite number that is not negative.\n',
    ],
    [
      ['network-ntk', '--depth', '2.5'],
      'resdiff: limits network-ntk: depth is 2.5; it must be a positive integer, at most 100000.\n',
    ],
    [
      ['moments', '--z', '0,one'],
      'resdiff: limits moments: z is 0,one; it must be one number or several, separated by commas.\n',
    ],
    [['moments', '--activation', 'relu'], 'resdiff: limits moments: relu has no diffusion limit: '],
    [['ntk', '--activation', 'swish'], 'resdiff: limits ntk: '],
    [
      ['moments', '--activation', 'swish', '--T', '3', '--z', '0,1,2'],
      'resdiff: limits moments: The limit of z = 2 explodes at time 1.72163, so it has no state at T = 3; T must be smaller than 1.72163.\n',
    ],
    [
      ['moments', '--T', '1000'],
      'resdiff: limits moments: q, z = 0, leaves the numbers of 64 bits ',
    ],
    [[...moments, '--sigma-w', '1'], `${about}sigmaW means nothing where law is matrix-gaussian; `],
    [
      [...moments, '--input-covariance', '[[0, 0], [0, -2]]'],
      `${about}inputCovariance has the eigenvalue -2; it must be positive semi-definite, `,
    ],
    [[...moments, '--states', 'null'], `${about}states is null; it must be rows of finite numbers`],
    [[...moments, '--states', '[[1'], `${about}states is not valid YAML: `],
    [
      [...moments, '--states', '{file: none.yaml}'],
      `${about}states: none.yaml cannot be read: ENOENT: no such file or directory, open 'none.yaml'.\nName a file in YAML or JSON that exists.\n`,
    ],
    [['edge-of-chaos', '--activation', 'relu'], 'resdiff: limits edge-of-chaos: '],
    [['finite-width', '--widths', '0'], 'resdiff: limits finite-width: widths is 0; '],
    [
      ['moments', '--width', '3'],
      "resdiff: unknown option '--width'\n(see resdiff limits moments --h",
    ],
    [['moments', '--sigma', '1'], "resdiff: unknown option '--sigma'\n"],
    [
      ['moments', '--sigma-w', '1', '--sigmaW', '2'],
      "resdiff: option '--sigmaW <value>' argument '2' is invalid. It is given a second time, after '1'; give it once, a list with commas.\n",
    ],
    [['moments', '--z'], "resdiff: option '--z <value>' argument missing\n"],
    [
      ['moments', '--z', '0,', '1'],
      'resdiff: limits moments: 1 belongs to no option; parameters are options, and lists are written with commas and no spaces, as in --z 0,1,2.\n',
    ],
  ])('%j', async (words, message) => {
    const said = await refusal(['limits', ...words]);
    expect(said.slice(0, message.length)).toBe(message);
  });

  it('in JSON with --json', async () => {
    const { code, stdout } = await resdiff(['limits', 'moments', '--T', 'x', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      error: {
        message: 'limits moments: T is x; it must be a finite number that is not negative.',
        remedy: null,
        command: null,
        exitCode: 2,
      },
    });
  });
});
