import { once } from 'node:events';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { monotonicClock } from '../src/app/clock.js';
import { createFeedServer, type FeedServer } from '../src/streaming/feed/feed-server.js';
import type { Api } from '../src/streaming/http/answer.js';
import { FEED_SUBPROTOCOL } from '../src/streaming/feed/protocol.js';
import { deriveSeed, Random } from '../training/random.js';
import type { Count } from './fuzzer.js';
import { Mutator } from './mutate.js';
import { SERVER_INPUTS, type ServerInput } from './server-inputs.js';

/** A client gives up after so long without anything new from the server. */
const QUIET_MS = 150;
/** A watching client that gets nothing for longer shows a server that hangs. */
const HANG_MS = 10_000;
/** Trials at a time. */
const CLIENTS = 6;
/** A trial's text that belongs into no answer. */
const STACK_TRACE = /\n +at |node:internal|\/dist\/src\//;

const ROUTES: Api['settings']['routes'] = [
  { method: 'PUT', path: '/api/cameras/{camera}/switches/{switch}', role: 'operator' },
  { method: 'POST', path: '/api/config/reload', role: 'admin' },
];

export type ServerFuzzerOptions = {
  readonly names: readonly string[];
  readonly seed: number;
  readonly print: (text: string) => void;
};

/**
 * Gives changed requests and frames to a real server, while another client watches. No input may end the server, keep a
 * result from that client, or bring a stack trace into an answer.
 */
export class ServerFuzzer {
  readonly #options: ServerFuzzerOptions;
  readonly #inputs: readonly ServerInput[];
  readonly #counts: Map<string, Count>;
  readonly #warnings: string[] = [];
  #published = 0;

  constructor(options: ServerFuzzerOptions) {
    this.#options = options;
    this.#inputs = SERVER_INPUTS.filter(({ name }) => options.names.includes(name));
    this.#counts = new Map(this.#inputs.map(({ name }) => [name, { trials: 0, accepted: 0, faults: 0 }]));
  }

  /** Runs trials of each input in turn until the time is over. @returns the counts by input */
  async run(durationMs: number): Promise<ReadonlyMap<string, Count>> {
    const endMs = performance.now() + durationMs;
    await this.#serve(async (watch, port) => {
      for (let trial = 0; this.#inputs.length > 0 && (trial === 0 || performance.now() < endMs); trial += CLIENTS) {
        for (const input of this.#inputs) {
          const trials = Array.from({ length: CLIENTS }, (_, i) => trial + i);
          const answers = await Promise.all(trials.map((number) => this.#send(input, number, port)));
          this.#judge(input, trials, answers, await watch());
        }
      }
    });
    return this.#counts;
  }

  /** Runs one trial again, and prints its answer. @returns the exit code: 0 if it has no fault */
  async repeat(name: string, trial: number): Promise<number> {
    const input = this.#inputs.find((one) => one.name === name);
    if (input === undefined) return 2;
    await this.#serve(async (watch, port) => {
      const answer = await this.#send(input, trial, port);
      this.#options.print(JSON.stringify(answer));
      this.#judge(input, [trial], [answer], await watch());
    });
    return this.#counts.get(name)?.faults === 0 ? 0 : 1;
  }

  /** @param work gets a function that publishes a result and waits until the watching client has it */
  async #serve(work: (watch: () => Promise<string | undefined>, port: number) => Promise<void>): Promise<void> {
    await using server = await createFeedServer({
      port: 0,
      streams: ['cam'],
      classes: ['car'],
      clock: monotonicClock,
      wallClock: monotonicClock,
      onWarning: (warning) => this.#warnings.push(warning),
      api: {
        settings: { routes: ROUTES },
        answer: () => ({ status: 200, contentType: 'application/json', body: '{}' }),
        access: { users: [], proxies: { trusted: ['127.0.0.0/8'] } },
      },
    });
    const watching = new WebSocket(server.url, FEED_SUBPROTOCOL);
    await once(watching, 'message');
    await work(() => this.#watch(server, watching), server.port);
    watching.close();
  }

  /** @returns the fault; undefined if the server passes a result on as before */
  async #watch(server: FeedServer, watching: WebSocket): Promise<string | undefined> {
    const seq = this.#published++;
    const arrived = new Promise<string | undefined>((resolve) => {
      const cutOff = setTimeout(() => resolve('the server hangs'), HANG_MS);
      const end = (fault: string | undefined): void => {
        clearTimeout(cutOff);
        watching.off('message', read).off('close', lost);
        resolve(fault);
      };
      const read = (data: Buffer): void => {
        if ((JSON.parse(data.toString()) as { readonly seq?: number }).seq === seq) end(undefined);
      };
      const lost = (): void => end('the watching client lost its connection');
      watching.on('message', read).on('close', lost);
    });
    server.publish({
      ...{ type: 'drop', streamId: 'cam', seq, epoch: 0, ptsMs: 0, capturedAtMs: 0, atMs: 0 },
      ...{ captureClock: 'sender', uncertaintyMs: 0, reason: 'late' },
    });
    return (await arrived) ?? this.#warnings.splice(0).find((warning) => /process/.test(warning));
  }

  #judge(input: ServerInput, trials: readonly number[], answers: readonly string[], fault: string | undefined): void {
    const count = this.#counts.get(input.name);
    if (count === undefined) return;
    count.trials += trials.length;
    count.accepted += answers.filter((answer) => /^HTTP\/1\.1 [12]/.test(answer)).length;
    const traced = trials.filter((_, i) => STACK_TRACE.test(answers[i] ?? ''));
    const { print, seed } = this.#options;
    for (const trial of traced) print(`${input.name}/${trial} of seed ${seed}: a stack trace in the answer`);
    if (fault !== undefined) print(`${input.name}/${trials.join()} of seed ${seed}: ${fault}`);
    count.faults += traced.length + (fault === undefined ? 0 : 1);
  }

  /** @returns the server's answer, as far as it came */
  async #send(input: ServerInput, trial: number, port: number): Promise<string> {
    const random = new Random(deriveSeed(this.#options.seed, ...Buffer.from(input.name), trial));
    const parts = input.parts(new Mutator(random));
    let answer = '';
    // Each address has limits of its own, and all of 127.0.0.0/8 is this machine's.
    const localAddress = process.platform === 'linux' ? `127.0.${(trial >> 8) & 255}.${trial & 255}` : undefined;
    const socket = connect({ port, host: '127.0.0.1', ...(localAddress !== undefined && { localAddress }) });
    const closed = new Promise<void>((resolve) => {
      socket.once('close', () => resolve());
    });
    socket.on('error', () => undefined);
    socket.on('data', (data) => (answer += data.toString('latin1')));
    socket.setTimeout(QUIET_MS, () => socket.destroy());
    for (const part of parts) {
      if (socket.destroyed) break;
      await new Promise<void>((resolve) => {
        socket.once('close', () => resolve());
        socket.write(part, () => resolve());
      });
    }
    await closed;
    return answer;
  }
}
