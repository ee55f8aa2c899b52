import { fork, type ChildProcess } from 'node:child_process';
import { lastLine } from '../errors.ts';
import type { FromDevice, ToDevice } from './device-messages.ts';

/** Milliseconds that a process is given to end by itself. */
const ENDING_MS = 5000;
/** Characters kept of what a process says on its standard error. */
const MOST_KEPT = 4096;

/** A process of a device, as seen from outside. */
export class DeviceProcess {
  readonly #child: ChildProcess;
  /** How it ended, once it has. */
  readonly ended: Promise<string>;
  #said = '';
  #listener: (message: FromDevice) => void = () => undefined;

  /** @param worker the module that it is going to load. */
  constructor(worker: URL, env: Readonly<Record<string, string>>) {
    const fromSource = import.meta.url.endsWith('.ts');
    const module = new URL(fromSource ? './device-child.ts' : './device-child.js', import.meta.url);
    const child = fork(module, {
      execArgv: fromSource || worker.pathname.endsWith('.ts') ? loadingSources() : [],
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-MOST_KEPT);
    });
    child.on('message', (message: FromDevice) => this.#listener(message));
    this.ended = new Promise((resolve) => {
      child.on('error', (error) => {
        if (child.pid === undefined) {
          resolve(`its process could not be started: ${error.message}`);
        }
      });
      child.on('close', (code, signal) => {
        const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
        // Dawn warns of many a thing as it is opened, in lines of which others are indented.
        const grave = this.#said.replaceAll(/^Warning: .*(?:\n[ \t].*)*/gm, '');
        const said = /^.*\b(?:ERROR|Error): .*$/m.exec(grave)?.[0] ?? lastLine(grave);
        resolve(`its process ended ${how}${said === '' ? '' : `: ${said}`}`);
      });
    });
  }

  /** The end of what it has written to standard error; all of it has come once it has ended. */
  get said(): string {
    return this.#said;
  }

  send(message: ToDevice): void {
    // That it cannot be sent is told by the end of the process.
    if (this.#child.connected) {
      this.#child.send(message, () => undefined);
    }
  }

  /**
   * Sends a message and waits for the answer that it calls for.
   *
   * @param answer what is asked for, of the messages that follow; undefined for others.
   * @param signal ends the process once aborted.
   * @throws {ProcessEnded} if the process ends before.
   */
  async ask<Answer>(
    message: ToDevice,
    answer: (message: FromDevice) => Answer | undefined,
    signal?: AbortSignal,
  ): Promise<Answer> {
    const kill = () => void this.#child.kill('SIGKILL');
    signal?.addEventListener('abort', kill, { once: true });
    try {
      return await new Promise<Answer>((resolve, reject) => {
        this.#listener = (told) => {
          const found = answer(told);
          if (found !== undefined) {
            resolve(found);
          }
        };
        void this.ended.then((how) => reject(new ProcessEnded(how)));
        this.send(message);
        if (signal?.aborted) {
          kill();
        }
      });
    } finally {
      signal?.removeEventListener('abort', kill);
      this.#listener = () => undefined;
    }
  }

  /** Ends the process: at once, or when it is done with what it is at. */
  async end(how: 'at once' | 'gently'): Promise<void> {
    if (how === 'at once') {
      this.#child.kill('SIGKILL');
    } else {
      this.send({ end: true });
    }
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), ENDING_MS);
    await this.ended;
    clearTimeout(timer);
  }
}

/** A process that was asked ended without an answer, as the message says. */
export class ProcessEnded extends Error {}

/** Node's options for a process that loads TypeScript. */
function loadingSources(): string[] {
  return ['--conditions=@resdiff/source', '--import', import.meta.resolve('tsx')];
}
