import type { After } from '../../core/after.js';
import type { Clock } from '../../core/clock.js';
import { watchStart } from '../../children/start-timeout.js';
import { OutputError, UsageError } from '../../core/errors.js';
import { NewestBacklog } from '../newest-backlog.js';
import type { Answer, AnswerTo } from './answer.js';
import { bindError } from './bind-error.js';
import type { FromServer, OpenMessage, ServerChange, ToServer } from './messages.js';
import type { Post } from './post.js';
import type { ServerProcess } from './server-process.js';
import type { StartInterval } from './timers.js';

export type ServerHostOptions = {
  readonly open: Omit<OpenMessage, 'type'>;
  readonly launch: () => ServerProcess;
  /** Answers requests of clients, by method and path: `POST /slow`; undefined if there is no such path. */
  readonly answer: AnswerTo;
  readonly clock: Clock;
  readonly startInterval: StartInterval;
  readonly after: After;
  readonly onWarning: (message: string) => void;
  /** Called when a topic gets its first watcher, before posts to it are taken, and when it has lost its last one. */
  readonly onWatched?: ((topic: string, isWatched: boolean) => void) | undefined;
};

/** Posts that the server's process has not taken; beyond this, only the newest of each key waits. */
const MOST_UNSENT_BYTES = 1024 * 1024;
const PING_EVERY_MS = 1000;
/** Pings without an answer until the owner is told, and until the process is replaced. */
const SILENT_PINGS = 5;
const HUNG_PINGS = 30;
/** Waits before the next start, by the number of failures in a row; the last one without limit. */
const RESTART_LADDER_MS = [0, 250, 500, 1000, 2000, 5000] as const;
/** A server that ran for this long was good: the next failure restarts the ladder. */
const STABLE_AFTER_MS = 10_000;
const START_TIMEOUT_MS = 30_000;
const CLOSE_TIMEOUT_MS = 3000;

/**
 * The server's owner, in the pipeline's process. Posting never waits. A server that ends or hangs is replaced, and gets
 * the newest retained posts.
 */
export class ServerHost {
  readonly #options: ServerHostOptions;
  #open: ServerHostOptions['open'];
  readonly #backlog: NewestBacklog<Post & { readonly id?: number }>;
  readonly #retained = new Map<string, Post>();
  readonly #watchers = new Map<string, number>();
  /** Posts whose delivery someone waits for. */
  readonly #deliveries = new Map<number, () => void>();
  #process: ServerProcess | undefined;
  #isListening = false;
  #unsentBytes = 0;
  #unansweredPings = 0;
  #failures = 0;
  #startedAtMs = 0;
  #nextId = 0;
  #missed = 0;
  #port: number;
  #stopPinging: () => void = () => undefined;
  #cancelRestart: () => void = () => undefined;
  #closed: Promise<void> | undefined;

  constructor(options: ServerHostOptions) {
    this.#options = options;
    this.#open = options.open;
    this.#port = options.open.server.port;
    this.#backlog = new NewestBacklog(
      () => this.#unsentBytes > MOST_UNSENT_BYTES,
      (post, missed) => this.#write(post, missed),
    );
  }

  /** The bound port. */
  get port(): number {
    return this.#port;
  }

  /** Messages that clients did not get because newer ones of the same key took their places. */
  get missed(): number {
    return this.#missed;
  }

  /** Number of clients that watch the topic. */
  watchers(topic: string): number {
    return this.#watchers.get(topic) ?? 0;
  }

  /**
   * Resolves when clients can connect.
   * @throws OutputError if the address cannot be bound; UsageError if a file cannot be used
   */
  async start(): Promise<void> {
    await this.#launch();
    this.#stopPinging = this.#options.startInterval(PING_EVERY_MS, () => this.#ping());
  }

  /** Sends the post to the server, or keeps it as the newest of its key until the server has caught up. */
  post(post: Post): void {
    this.#offer(post);
  }

  /** The same; resolves when every watcher has it, or none can get it any more. */
  deliver(post: Post): Promise<void> {
    if (!this.#isListening) {
      this.#offer(post);
      return Promise.resolve();
    }
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#deliveries.set(id, resolve);
      this.#offer({ ...post, id });
    });
  }

  /** Takes effect at once, and for a server that takes the place of a lost one. */
  change(change: ServerChange): void {
    const { server, feed } = this.#open;
    const { access = server.access, streams = feed.streams } = change;
    this.#open = { ...this.#open, server: { ...server, access }, feed: { ...feed, streams } };
    for (const [key, post] of this.#retained) if (!this.#isCurrent(post)) this.#retained.delete(key);
    this.#send({ type: 'change', ...change });
  }

  /** Ends the server and its process. Safe to call twice. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#stopPinging();
    this.#cancelRestart();
    this.#isListening = false;
    const process = this.#process;
    if (process === undefined) return;
    this.#send({ type: 'close' });
    const cancel = this.#options.after(CLOSE_TIMEOUT_MS, () => process.kill('it did not end'));
    await process.exited;
    cancel();
  }

  #offer(post: Post & { readonly id?: number }): void {
    if (post.isRetained === true && this.#isCurrent(post)) this.#retained.set(`${post.topic} ${post.key}`, post);
    const isWanted = post.isForWatchers !== true || this.watchers(post.topic) > 0;
    const lost = isWanted && this.#isListening ? this.#backlog.offer(`${post.topic} ${post.key}`, post) : post;
    this.#settle(lost?.id);
  }

  /** False for news of a stream that is gone. */
  #isCurrent({ stream }: Post): boolean {
    return stream === undefined || this.#open.feed.streams.includes(stream);
  }

  #write({ topic, key, body, seq, id }: Post & { readonly id?: number }, missed: number): void {
    const process = this.#process;
    this.#unsentBytes += body.length;
    process?.send(
      {
        type: 'post',
        topic,
        key,
        body,
        missed,
        ...(seq === undefined ? {} : { seq }),
        ...(id === undefined ? {} : { id }),
      },
      () => {
        // The bytes of a former process do not count.
        if (process !== this.#process) return;
        this.#unsentBytes -= body.length;
        this.#backlog.flush();
      },
    );
  }

  #send(message: ToServer): void {
    this.#process?.send(message, () => undefined);
  }

  #launch(): Promise<void> {
    const { launch, after, clock } = this.#options;
    const open = this.#open;
    const process = launch();
    this.#process = process;
    this.#unsentBytes = 0;
    this.#unansweredPings = 0;
    this.#startedAtMs = clock.now();
    const cancel = watchStart({
      limitMs: START_TIMEOUT_MS,
      cpuTimeMs: () => process.cpuTimeMs?.(),
      onHung: () => process.kill(`it did not begin within ${START_TIMEOUT_MS / 1000} s`),
      after,
    });
    // After a restart, clients find the server where it was.
    this.#send({ type: 'open', ...open, server: { ...open.server, port: this.#port } });
    return new Promise((resolve, reject) => {
      let failure: Error | undefined;
      process.onMessage = (message) => {
        if (message.type === 'listening') {
          cancel();
          this.#port = message.port;
          this.#listening();
          resolve();
        } else if (message.type === 'failed') failure = this.#failure(message);
        else this.#received(message);
      };
      void process.exited.then((why) => {
        cancel();
        if (this.#process !== process) return;
        this.#lost(why, failure);
        reject(failure ?? new OutputError(`the feed's process ended during its start: ${why}`));
      });
    });
  }

  #listening(): void {
    this.#isListening = true;
    for (const post of this.#retained.values()) {
      if (post.isForWatchers !== true) this.#backlog.offer(`${post.topic} ${post.key}`, post);
    }
  }

  #failure({ message, code, isUsage }: Extract<FromServer, { type: 'failed' }>): Error {
    if (isUsage) return new UsageError(message);
    const { host } = this.#options.open.server;
    return bindError(host, this.#port, Object.assign(new Error(message), code === undefined ? {} : { code }));
  }

  #received(message: FromServer): void {
    switch (message.type) {
      case 'join':
        this.#join(message.topic);
        this.#send({ type: 'joined', id: message.id });
        break;
      case 'left':
        this.#left(message.topic);
        break;
      case 'ask':
        void this.#answer(message);
        break;
      case 'delivered':
        this.#settle(message.id);
        break;
      case 'missed':
        this.#missed += message.count;
        break;
      case 'warning':
        this.#options.onWarning(`feed: ${message.message}`);
        break;
      case 'pong':
        this.#unansweredPings = 0;
        break;
      case 'listening':
      case 'failed':
        break;
    }
  }

  async #answer({ id, what, query, write }: Extract<FromServer, { type: 'ask' }>): Promise<void> {
    const { answer, onWarning } = this.#options;
    let given: Answer;
    try {
      given = (await answer(what, new URLSearchParams(query), write)) ?? {
        status: 404,
        body: `there is no ${what} here`,
      };
    } catch (error) {
      onWarning(`feed: ${what} could not be answered: ${(error as Error).message}`);
      given = { status: 500, body: 'this could not be answered; the log says why' };
    }
    this.#send({ type: 'answer', id, answer: given });
  }

  #join(topic: string): void {
    const watchers = this.watchers(topic);
    this.#watchers.set(topic, watchers + 1);
    if (watchers > 0) return;
    for (const post of this.#retained.values()) {
      if (post.topic === topic) this.#backlog.offer(`${post.topic} ${post.key}`, post);
    }
    this.#options.onWatched?.(topic, true);
  }

  #left(topic: string): void {
    const watchers = this.watchers(topic) - 1;
    if (watchers > 0) this.#watchers.set(topic, watchers);
    else if (this.#watchers.delete(topic)) this.#options.onWatched?.(topic, false);
  }

  #settle(id: number | undefined): void {
    if (id === undefined) return;
    this.#deliveries.get(id)?.();
    this.#deliveries.delete(id);
  }

  /** Counts pings instead of measuring time, so that a suspended machine does not look like a hung server. */
  #ping(): void {
    if (!this.#isListening) return;
    this.#unansweredPings += 1;
    if (this.#unansweredPings === 1) this.#send({ type: 'ping' });
    if (this.#unansweredPings === SILENT_PINGS)
      this.#options.onWarning(
        `feed: its process has not answered for ${SILENT_PINGS} s; its clients get nothing meanwhile`,
      );
    if (this.#unansweredPings === HUNG_PINGS) this.#process?.kill(`it did not answer for ${HUNG_PINGS} s`);
  }

  #lost(why: string, failure: Error | undefined): void {
    const wasListening = this.#isListening;
    this.#process = undefined;
    this.#isListening = false;
    for (const topic of this.#watchers.keys()) this.#options.onWatched?.(topic, false);
    this.#watchers.clear();
    this.#backlog.keep(() => false);
    for (const id of [...this.#deliveries.keys()]) this.#settle(id);
    if (this.#closed !== undefined) return;
    const { onWarning, clock, after } = this.#options;
    const wasStable = wasListening && clock.now() - this.#startedAtMs >= STABLE_AFTER_MS;
    this.#failures = wasStable ? 1 : this.#failures + 1;
    // The first start is the caller's to judge.
    if (!wasListening && this.#failures === 1) return;
    if (wasListening) onWarning(`feed: its process was lost and is being restarted; the run goes on: ${why}`);
    else if (this.#failures === 2)
      onWarning(`feed: it could not be restarted and is tried again: ${failure?.message ?? why}`);
    const delayMs = RESTART_LADDER_MS[Math.min(this.#failures, RESTART_LADDER_MS.length) - 1];
    this.#cancelRestart = after(delayMs, () => void this.#relaunch());
  }

  async #relaunch(): Promise<void> {
    try {
      await this.#launch();
      this.#options.onWarning(`feed: it serves port ${this.#port} again`);
    } catch {
      // `lost` has said it, and tries again.
    }
  }
}
