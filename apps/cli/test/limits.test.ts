import { findLimitQuantity, limitQuantities } from '@resdiff/limits';
import { describe, expect, it } from 'vitest';
import { refusal, resdiff } from './support.ts';

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
    expect(stdout).toMatch(/^ {2}--sigma-w +scale of the weights$/m);
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
      '--depth <value> the number of layers L: a positive integer (default: 100)',
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
      const defaults = quantity.parameters.map((parameter) => [parameter.name, parameter.default]);
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

describe.concurrent('limits refuses', () => {
  it.each([
    [['nothing'], 'resdiff: There is no quantity nothing; there are assumptions, explosion-time, '],
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
      'resdiff: limits network-ntk: depth is 2.5; it must be a positive integer.\n',
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
    [['edge-of-chaos', '--activation', 'relu'], 'resdiff: limits edge-of-chaos: '],
    [['finite-width', '--widths', '0'], 'resdiff: limits finite-width: widths is 0; '],
    [
      ['moments', '--width', '3'],
      "error: unknown option '--width'\n(see resdiff limits moments --h",
    ],
    [['moments', '--sigma', '1'], "error: unknown option '--sigma'\n"],
    [['moments', '--z'], "error: option '--z <value>' argument missing\n"],
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
