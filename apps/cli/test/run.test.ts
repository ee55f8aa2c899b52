import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  inTerminal,
  namesIn,
  need,
  resdiff,
  results,
  resultsOf,
  scratch,
  set,
  small,
} from './support.ts';

interface Manifest {
  state: string;
  runId: string;
  artifacts: { file: string }[];
  sessions: { command: string; workers: number; shardsComputed: number }[];
}

const manifestOf = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;

describe.concurrent('run', () => {
  it('leaves tables, summary and figure in a folder of its own, and a closing table', async () => {
    const cwd = scratch();
    const { code, stdout, stderr } = await resdiff([...small, '--workers', '2'], cwd);
    expect(code).toBe(0);

    const [runId] = namesIn(join(cwd, 'runs/figure-2'));
    const folder = `runs/figure-2/${runId}`;
    expect(runId).toMatch(/^[0-9a-f]{12}$/);
    expect(namesIn(join(cwd, folder))).toEqual([...results, 'manifest.json', 'shards'].sort());
    expect(namesIn(join(cwd, folder, 'shards'))).toEqual(
      ['limit', 'resnet', 'sde'].flatMap((process) => [
        `${process}-0000000000.arrow`,
        `${process}-0000000000.json`,
      ]),
    );
    const { state, sessions, ...manifest } = manifestOf(join(cwd, folder));
    expect(state).toBe('complete');
    expect(manifest.runId).toBe(runId);
    expect(sessions).toMatchObject([{ workers: 2, shardsComputed: 3 }]);

    const lines = stdout.split('\n');
    expect(lines[1]).toMatch(/^quantity +at +value +std\. error +expected +z$/);
    const count = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).length;
    const { verdict } = JSON.parse(readFileSync(join(cwd, folder, 'summary.json'), 'utf8')) as {
      verdict: { comparisons: number };
    };
    expect(count(/ [+-]\d\.\d\d$/)).toBe(verdict.comparisons);
    expect(count(/ \([+-]\d\.\d\d\)$/)).toBe(18 - verdict.comparisons);
    expect(stdout).toMatch(/^A z in brackets is not judged: /m);
    expect(stdout).toMatch(
      /^mean +resnet, z = 0 +-?\d\.\d{5} +\d\.\d{5} +0\.00000 +[+-]\d\.\d\d$/m,
    );
    expect(stdout).toMatch(/^(Agreement\. The samples agree|No agreement\. The samples deviate) /m);
    expect(stdout).toMatch(/^Took .* s, .* m?s of CPU time\.$/m);
    expect(stdout).toContain(
      `Files in ${folder}: draws.parquet, draws.arrow, summary.json, figure.svg, figure.png, manifest.json\n`,
    );
    expect(stderr.split('\n')).toEqual([
      `figure-2: 2 workers, into ${folder}`,
      '0%, 0/3 shards',
      expect.stringMatching(/^\d+%, 1\/3 shards, \d+\.\d shards\/(s|min), [\d.]+ m?s left$/),
      expect.stringMatching(/^100%, 3\/3 shards, \d+\.\d shards\/(s|min), in [\d.]+ m?s$/),
      '',
    ]);
  });

  it('prints one JSON document with --json, and nothing else on standard output', async () => {
    const cwd = scratch();
    const { code, stdout, stderr } = await resdiff([...small, '--json', '--out', 'here'], cwd);
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as Record<string, unknown>;
    const summary = JSON.parse(readFileSync(join(cwd, 'here/summary.json'), 'utf8')) as {
      estimates: unknown;
      verdict: unknown;
    };
    expect(result).toEqual({
      folder: 'here',
      unchanged: false,
      runId: manifestOf(join(cwd, 'here')).runId,
      verdict: summary.verdict,
      warnings: [],
      files: [
        'here/draws.parquet',
        'here/draws.arrow',
        'here/summary.json',
        'here/figure.svg',
        'here/figure.png',
        'here/manifest.json',
      ],
      estimates: summary.estimates,
    });
    expect(stderr).toContain('3/3 shards');
  });

  it('prints nothing with --quiet, and keeps its command line as a shell takes it', async () => {
    const cwd = scratch();
    const words = [...small, '--set', 'inputs=[0, 2]', '--quiet', '--out', "a/b/it's"];
    expect(await resdiff(words, cwd)).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(manifestOf(join(cwd, "a/b/it's")).sessions[0].command).toBe(
      `npx resdiff ${small.join(' ')} --set 'inputs=[0, 2]' --quiet --out 'a/b/it'\\''s'`,
    );
  });

  it('prints warnings even with --quiet', async () => {
    const diverging = set({ activation: 'swish', T: 20, processes: 'sde,limit', depth: 50 });
    const { code, stdout, stderr } = await resdiff([...small, ...diverging, '--quiet']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(
        /^Warning: sde: 60 of 60 draws left the finite numbers, the first after layer \d+, half of them by layer \d+ of 50; they are left out of moments and figure\.$/,
      ),
      'Warning: limit: explodes at time 2.77259, before T = 20, so it has no draws; it is left out of moments and figure.',
      'Warning: No figure: no input has two different finite values to draw a density from.',
      '',
    ]);
  });

  it('has no figure and no verdict where nothing varies, and says so', async () => {
    const cwd = scratch();
    const { code, stdout, stderr } = await resdiff(
      [...small, ...set({ draws: 1 }), '--out=o'],
      cwd,
    );
    expect(code).toBe(0);
    expect(stdout).toContain('\nNo verdict. No estimate could be held against theory.\n');
    expect(stderr).toContain('\nWarning: No figure: no input has two different finite values');
    expect(manifestOf(join(cwd, 'o')).artifacts.map(({ file }) => file)).toEqual(['summary.json']);
    expect(namesIn(join(cwd, 'o'))).not.toContain('figure.svg');
  });

  it('draws a bar on standard error where that is a terminal, and only there', async ({ skip }) => {
    need('script', { skip });
    const cwd = scratch();
    const still = set({ sigmaW: 0, sigmaB: 0 });
    const line = `resdiff ${[...small, ...still].join(' ')} --shard-size 10`;
    const { code, stdout: shown } = await inTerminal(`${line} --out both >stdout`, cwd);
    expect(code).toBe(0);
    expect(shown).toContain('\u001b[');
    expect(shown).toMatch(
      /━{30} 100% {2}18\/18 shards {2}\d+\.\d shards\/(s|min) {2}in [\d.]+ m?s/,
    );
    expect(shown).toMatch(/ \d+\/18 shards {2}\d+\.\d shards\/(s|min) {2}[\d.]+ m?s left/);
    const stdout = readFileSync(join(cwd, 'stdout'), 'utf8');
    expect(stdout).toContain('quantity');
    expect(stdout).not.toContain('\u001b');

    const piped = await inTerminal(`${line} --out one 2>stderr`, cwd);
    expect(piped.stdout).toContain('quantity');
    expect(piped.stdout).not.toContain('\u001b');
    const stderr = readFileSync(join(cwd, 'stderr'), 'utf8');
    expect(stderr).toContain('18/18 shards');
    expect(stderr).not.toContain('\u001b');
  });
});

describe.concurrent('results have the same bytes', () => {
  // A path of the sampler each: two inputs, and more than two.
  it.each([
    ['two inputs', { coordinates: 'first' }],
    ['four inputs, all coordinates', { coordinates: 'all', inputs: [-1, 0, 0.5, 2] }],
  ])('for any number of workers and any shard size: %s', async (_, given) => {
    const cwd = scratch();
    const ways = [
      ['--workers', '1'],
      ['--workers', '2', '--shard-size', '7'],
      ['--workers', '3', '--shard-size', '59'],
      ['--set', 'seed=2'],
    ];
    const outcomes = await Promise.all(
      ways.map((way, i) =>
        resdiff(
          [...small, ...set({ width: 17, ...given }), ...way, '--quiet', '--out', `${i}`],
          cwd,
        ),
      ),
    );
    expect(outcomes).toMatchObject(ways.map(() => ({ code: 0, stderr: '' })));
    const [one, two, three, otherSeed] = ways.map((_, i) => resultsOf(join(cwd, `${i}`)));
    expect(two).toEqual(one);
    expect(three).toEqual(one);
    for (const name of results) expect(otherSeed[name]).not.toBe(one[name]);
  });
});
