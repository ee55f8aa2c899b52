import { describeMachine } from './machine.ts';
import {
  plannedShard,
  writeManifest,
  type FileRecord,
  type Manifest,
  type Session,
  type TableRecord,
} from './manifest.ts';
import type { ShardReceipt } from './shard-store.ts';

/** Least milliseconds between two writes that can wait. */
const INTERVAL_MS = 1000;
/** Writes that can wait take a twentieth of the time at most. */
const REST = 19;

/** What a session has to say of itself beside times and counts. */
export interface SessionFacts {
  readonly workers: number;
  readonly command: string | undefined;
}

/** Keeps the manifest of a run up to date on disk, while this process works on the run. */
export class RunLog {
  readonly #folder: string;
  readonly #facts: SessionFacts;
  readonly #found: Manifest;
  readonly #receipts: Map<string, ShardReceipt>;
  readonly #writeManifest: typeof writeManifest;
  readonly #started = new Date();
  readonly #startedMs = performance.now();
  readonly #startedCpu = process.cpuUsage();
  #state: Manifest['state'];
  #tables: readonly TableRecord[];
  #artifacts: readonly FileRecord[];
  #shardsComputed = 0;
  #changed = false;
  /** When the next write that can wait may begin. */
  #nextMs = -Infinity;

  /** @param verified the receipts of the shards that are whole on disk. */
  constructor(
    folder: string,
    found: Manifest,
    verified: ReadonlyMap<string, ShardReceipt>,
    facts: SessionFacts,
    write = writeManifest,
  ) {
    this.#folder = folder;
    this.#found = found;
    this.#receipts = new Map(verified);
    this.#facts = facts;
    this.#writeManifest = write;
    this.#state = found.state;
    this.#tables = found.tables;
    this.#artifacts = found.artifacts;
  }

  get receipts(): ReadonlyMap<string, ShardReceipt> {
    return this.#receipts;
  }

  /** Says on disk that the run is being worked on, and which tables of before still hold. */
  start(tables: readonly TableRecord[]): void {
    this.#tables = tables;
    this.#setState('running');
  }

  /**
   * Written now and then, since the receipt beside the shard is what counts: the manifest is written
   * whole each time.
   */
  addReceipt(receipt: ShardReceipt): void {
    this.#receipts.set(receipt.id, receipt);
    this.#shardsComputed += 1;
    this.#changed = true;
    this.#writeInTime();
  }

  setTables(tables: readonly TableRecord[]): void {
    this.#tables = tables;
    this.#changed = true;
    this.#write();
  }

  addArtifact(artifact: FileRecord): void {
    const same = this.#artifacts.find(({ file }) => file === artifact.file);
    if (same?.sha256 === artifact.sha256) {
      return;
    }
    this.#artifacts = [...this.#artifacts.filter((other) => other !== same), artifact];
    this.#changed = true;
    this.#writeInTime();
  }

  /**
   * Writes the manifest for the last time, unless nothing has changed since it was found: a
   * complete run that was only looked at stays complete.
   */
  end(state: 'stopped' | 'partial' | 'complete'): void {
    const news = state === 'stopped' ? this.#state === 'running' : this.#state !== state;
    if (this.#changed || news) {
      this.#setState(state);
    }
  }

  get manifest(): Manifest {
    const shards = this.#found.shards.map((shard) => {
      const receipt = this.#receipts.get(shard.id);
      const planned = plannedShard(shard);
      if (receipt === undefined) {
        return planned;
      }
      const { file, sha256, bytes, seconds, device, notes, files } = receipt;
      const result = { file, sha256, bytes, seconds, device, notes };
      return { ...planned, ...result, ...(files !== undefined && { files }) };
    });
    return {
      ...this.#found,
      state: this.#state,
      shards,
      tables: this.#tables,
      artifacts: this.#artifacts,
      ...(this.#changed && {
        machine: describeMachine(),
        sessions: [...this.#found.sessions, this.#session()],
      }),
    };
  }

  #setState(state: Manifest['state']): void {
    this.#state = state;
    this.#changed = true;
    this.#write();
  }

  #writeInTime(): void {
    if (performance.now() >= this.#nextMs) {
      this.#write();
    }
  }

  #write(): void {
    const begun = performance.now();
    this.#writeManifest(this.#folder, this.manifest);
    const ended = performance.now();
    this.#nextMs = ended + Math.max(INTERVAL_MS, REST * (ended - begun));
  }

  #session(): Session {
    const { user, system } = process.cpuUsage(this.#startedCpu);
    const { workers, command } = this.#facts;
    return {
      started: this.#started.toISOString(),
      ended: new Date().toISOString(),
      workers,
      seconds: (performance.now() - this.#startedMs) / 1000,
      cpuSeconds: (user + system) / 1e6,
      shardsComputed: this.#shardsComputed,
      ...(command !== undefined && { command }),
    };
  }
}
