import type { BenchmarkOptions, Row } from '../benchmark.ts';
import type { Peer } from '../peers.ts';
import { inRounds } from '../rounds.ts';
import { ratios } from '../statistics.ts';
import type { Gpu } from './gpu.ts';
import type { Facts, GpuJob, Measured } from './jobs.ts';
import { ceilingOf, type Operations } from './operations.ts';
import { openProcess, type GpuProcess } from './process.ts';

/** The same work by us and by PyTorch, on one card. */
export interface GpuContest {
  /** What the rows are called. */
  readonly title: string;
  readonly unit: string;
  /** From the seconds of a measurement of ours to the unit. */
  readonly show: (seconds: number) => number;
  /** What the work takes of a card at least. */
  readonly work: (facts: Facts) => Operations;
  /** The first is what peers are held against. */
  readonly ours: readonly OurWay[];
  readonly peers: readonly GpuPeer[];
  /** Throws unless what somebody gave is that of the first of ours. */
  readonly check?: (name: string, given: Measured, expected: Measured) => void;
}

export interface OurWay {
  readonly name: string;
  readonly job: GpuJob;
  /** Where it computes, or why it cannot. */
  readonly on: { readonly device: string } | { readonly missing: string };
  /** On a card for data centres. */
  readonly bar?: string;
}

export interface GpuPeer {
  readonly name: string;
  /** Seconds are those of as much work as a measurement of ours is. */
  readonly measure: (peer: Peer, facts: Facts) => Promise<Measured>;
}

/** One who takes part, until a first failure. */
interface Entrant {
  readonly name: string;
  readonly bar?: string;
  readonly facts?: Facts;
  readonly measure: () => Promise<Measured>;
  /** Why there are no values. */
  missing?: string;
}

/**
 * Rows of ours, of PyTorch, and of how near ours come to the card's limits, which are measured in the
 * same rounds. Who fails has a row that says why.
 */
export async function contest(
  own: GpuContest,
  gpu: Gpu,
  { rounds, quick }: Pick<BenchmarkOptions, 'rounds' | 'quick'>,
): Promise<Row[]> {
  const processes: GpuProcess[] = [];
  const open = async (device: string, job: GpuJob) => {
    const opened = await openProcess(device, job);
    processes.push(opened);
    return opened;
  };
  try {
    // What a program can do at most is no card's limit.
    const limits = gpu.software ? [] : [await ourEntrant(limitsOf(gpu, quick), open)];
    const ours: Entrant[] = [];
    for (const way of own.ours) ours.push(await ourEntrant(way, open));
    const facts = ours.find((entrant) => entrant.facts)?.facts ?? {};
    const peers = own.peers.map((peer) => peerEntrant(peer, gpu.torch, facts));
    const contestants = [...limits, ...ours, ...peers].map(
      (entrant) => [entrant.name, () => attempt(entrant)] as const,
    );
    const measured = await inRounds(rounds, Object.fromEntries(contestants));
    const known = limits.find(({ missing }) => missing === undefined);
    const rates = known && measured[known.name].map((each) => each.rates!);
    const [first] = ours;
    const reference = first.missing === undefined ? measured[first.name] : undefined;
    for (const entrant of [...ours, ...peers]) {
      check(own, entrant, measured[entrant.name], reference);
    }
    return [
      ...ours.map((entrant) => ourRow(own, entrant, measured[entrant.name], rates)),
      ...peers.map((entrant) => peerRow(own, entrant, measured[entrant.name], reference)),
      ...limits.flatMap(({ name, missing }): Row[] =>
        missing === undefined ? [] : [{ subject: name, unit: '', values: [], missing }],
      ),
    ];
  } finally {
    for (const each of processes) await each.close();
  }
}

const NOTHING: Measured = { seconds: NaN };

function limitsOf(gpu: Gpu, quick: boolean): OurWay {
  return { name: 'limits of the card', job: { kind: 'limits', quick }, on: gpu };
}

async function attempt(entrant: Entrant): Promise<Measured> {
  if (entrant.missing !== undefined) return NOTHING;
  try {
    return await entrant.measure();
  } catch (error) {
    entrant.missing = reasonOf(error);
    return NOTHING;
  }
}

async function ourEntrant(
  { name, job, on, bar }: OurWay,
  open: (device: string, job: GpuJob) => Promise<GpuProcess>,
): Promise<Entrant> {
  const absent = (missing: string) => ({ name, missing, measure: () => Promise.resolve(NOTHING) });
  if ('missing' in on) return absent(on.missing);
  try {
    const { facts, measure } = await open(on.device, job);
    return { name, facts, measure, ...(bar !== undefined && { bar }) };
  } catch (error) {
    return absent(reasonOf(error));
  }
}

function peerEntrant({ name, measure }: GpuPeer, torch: Gpu['torch'], facts: Facts): Entrant {
  if ('missing' in torch) {
    return { name, missing: torch.missing, measure: () => Promise.resolve(NOTHING) };
  }
  return { name, measure: () => measure(torch.peer, facts) };
}

/** Whoever did other work than the first of ours has no values. */
function check(
  own: GpuContest,
  entrant: Entrant,
  measured: readonly Measured[],
  reference: readonly Measured[] | undefined,
): void {
  if (entrant.missing !== undefined || !reference) return;
  try {
    for (const given of measured) own.check?.(entrant.name, given, reference[0]);
  } catch (error) {
    entrant.missing = reasonOf(error);
  }
}

function ourRow(
  { title, unit, show, work }: GpuContest,
  { name, missing, bar, facts = {} }: Entrant,
  measured: readonly Measured[],
  rates: readonly Operations[] | undefined,
): Row {
  const row = { subject: `${title}: ${name}`, unit };
  if (missing !== undefined) return { ...row, values: [], missing };
  const seconds = measured.map((each) => each.seconds);
  const values = { ...row, values: seconds.map(show) };
  if (!rates) return values;
  const ceiling = ceilingOf(work(facts), seconds, rates);
  return { ...values, ceiling, ...(bar !== undefined && { bar }) };
}

function peerRow(
  { title, unit, show }: GpuContest,
  { name, missing }: Entrant,
  measured: readonly Measured[],
  ours: readonly Measured[] | undefined,
): Row {
  const row = { subject: `${title}: ${name}`, unit };
  if (missing !== undefined) return { ...row, values: [], missing };
  const seconds = (of: readonly Measured[]) => of.map((each) => each.seconds);
  const values = { ...row, values: seconds(measured).map(show) };
  return ours ? { ...values, ours: ratios(seconds(measured), seconds(ours)) } : values;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
