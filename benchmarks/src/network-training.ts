import { onnxEngine } from '@resdiff/trainer';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Row } from './benchmark.ts';
import { findPeer, missing } from './peers.ts';
import { cpuSecondsOf, inRounds, type Contestants } from './rounds.ts';
import { ratios } from './statistics.ts';
import {
  checkLosses,
  peerSteps,
  problemBytes,
  takeSteps,
  trainingProblem,
  type Steps,
  type TrainingSteps,
} from './training-problem.ts';

export interface Contest extends TrainingSteps {
  readonly rounds: number;
  /** What the rows are called. */
  readonly title: string;
}

/** How PyTorch goes about it, and in which bar ours is to be held against it. */
export interface PeerWay {
  readonly name: string;
  readonly way: 'autograd' | 'by-hand';
  /** How many times as fast ours is to be. */
  readonly bar?: string;
}

const OURS = 'resdiff, ONNX Runtime';

/**
 * CPU milliseconds a step, ours beside those of PyTorch from the same parameters on the same data.
 *
 * @throws Error if their losses are not ours.
 */
export async function contest(own: Contest, ways: readonly PeerWay[]): Promise<Row[]> {
  const { title, rounds, batch } = own;
  const peer = await findPeer('torch');
  const problem = trainingProblem(own);
  const scratch = mkdtempSync(join(tmpdir(), 'resdiff-bench-'));
  const file = join(scratch, 'problem.f32');
  const engine = await onnxEngine();
  const { model, data } = problem;
  const optimizer = { kind: 'gradient-descent' } as const;
  const session = await engine.open({ model, optimizer, batch, data });
  try {
    writeFileSync(file, Buffer.concat(problemBytes(problem)));
    const contestants: Contestants<Steps> = {
      [OURS]: () => takeSteps(session, problem, own, cpuSecondsOf),
      ...(peer &&
        Object.fromEntries(
          ways.map(({ name, way }) => [name, () => peerSteps(peer, way, file, own, 'cpu')]),
        )),
    };
    const measured = await inRounds(rounds, contestants);
    for (const [name, measurements] of Object.entries(measured)) {
      for (const { losses } of measurements) {
        checkLosses(`${title}: ${name}`, losses, measured[OURS][0].losses);
      }
    }
    const times = (name: string) => measured[name].map(({ seconds }) => 1000 * seconds);
    const unit = 'CPU ms a step';
    return [
      { subject: `${title}: ${OURS}`, unit, values: times(OURS) },
      ...ways.map(({ name, bar }): Row => {
        const subject = `${title}: ${name}`;
        if (!peer) return { subject, unit, values: [], missing: missing.torch };
        const ratio = ratios(times(name), times(OURS));
        return { subject, unit, values: times(name), ours: ratio, ...(bar && { bar }) };
      }),
    ];
  } finally {
    await session.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}
