import type { After } from '../../core/after.js';
import type { Clock } from '../../core/clock.js';
import { NowcastError, UsageError } from '../../core/errors.js';
import { FeedHub } from '../feed/feed-hub.js';
import { FEED_TOPIC } from '../feed/feed-topic.js';
import { LivePart } from '../live-video/live-part.js';
import { readLiveTopic } from '../live-video/live-topic.js';
import type { Answer } from './answer.js';
import { Admission } from './admission.js';
import { ApiPart } from './api-part.js';
import { LoginPart } from './login-part.js';
import type { FromServer, OpenMessage, ServerChange, ToServer } from './messages.js';
import type { Owner } from './owner.js';
import type { PostMessage } from './post.js';
import { PagePart } from './page-part.js';
import type { StartInterval } from './timers.js';
import { WebServer } from './web-server.js';

export type ServingEnvironment = {
  readonly clock: Clock;
  readonly startInterval: StartInterval;
  readonly after: After;
  readonly send: (message: FromServer) => void;
  /** Called once, when the server is closed or could not begin. */
  readonly onEnd: () => void;
};

const TICK_MS = 1000;

/** A server under the orders of its owner, which may be in another process. */
export class Serving {
  readonly #environment: ServingEnvironment;
  readonly #joins = new Map<number, () => void>();
  readonly #asks = new Map<number, (answer: Answer) => void>();
  #nextId = 0;
  #server: WebServer | undefined;
  #admission: Admission | undefined;
  #feed: FeedHub | undefined;
  #pages: PagePart | undefined;
  #live: LivePart | undefined;
  #stopTicking: () => void = () => undefined;

  constructor(environment: ServingEnvironment) {
    this.#environment = environment;
  }

  receive(message: ToServer): void {
    switch (message.type) {
      case 'open':
        void this.#open(message);
        break;
      case 'post':
        this.#post(message);
        break;
      case 'joined':
        this.#joins.get(message.id)?.();
        this.#joins.delete(message.id);
        break;
      case 'answer':
        this.#asks.get(message.id)?.(message.answer);
        this.#asks.delete(message.id);
        break;
      case 'change':
        this.#change(message);
        break;
      case 'ping':
        this.#environment.send({ type: 'pong' });
        break;
      case 'close':
        void this.#close();
        break;
    }
  }

  #change({ access, streams }: ServerChange): void {
    if (streams !== undefined) this.#feed?.setStreams(streams);
    if (access === undefined) return;
    try {
      this.#admission?.change(access);
    } catch (error) {
      // The owner has read its files a moment ago.
      this.#environment.send({ type: 'warning', message: (error as Error).message });
    }
  }

  #post(message: PostMessage): void {
    const live = readLiveTopic(message.topic);
    if (live !== undefined) this.#live?.post(message, live);
    else if (message.topic === FEED_TOPIC) this.#feed?.post(message);
    else this.#pages?.post(message);
  }

  async #open({ server, feed, pages, api }: OpenMessage): Promise<void> {
    const { clock, after, send, startInterval, onEnd } = this.#environment;
    const onWarning = (message: string): void => send({ type: 'warning', message });
    try {
      const owner = this.#owner();
      this.#feed = new FeedHub(feed, { clock, after, owner, onWarning });
      this.#pages = pages && new PagePart(pages, owner);
      this.#live = pages?.live && new LivePart(pages.live, owner);
      const admission = (this.#admission = new Admission(server, clock, onWarning));
      const parts = [
        ...(api === undefined ? [] : [new LoginPart(admission), new ApiPart(api, owner, { clock, after })]),
        ...(this.#live === undefined ? [] : [this.#live]),
        ...(this.#pages === undefined ? [] : [this.#pages]),
        this.#feed,
      ];
      this.#server = new WebServer(server, admission, parts, { clock, after, onWarning });
      await this.#server.listen();
    } catch (error) {
      const { message, code } = error as NodeJS.ErrnoException;
      const isOwn = error instanceof NowcastError;
      send({
        type: 'failed',
        message,
        isUsage: error instanceof UsageError,
        ...(isOwn || code === undefined ? {} : { code }),
      });
      onEnd();
      return;
    }
    // Behind the input that waits: a process that had no time must not take its clients' silence for theirs.
    this.#stopTicking = startInterval(TICK_MS, () => setImmediate(() => this.#server?.tick()));
    send({ type: 'listening', port: this.#server.port });
  }

  async #close(): Promise<void> {
    this.#stopTicking();
    await this.#server?.close();
    this.#environment.onEnd();
  }

  #owner(): Owner {
    const { send } = this.#environment;
    return {
      join: (topic) =>
        new Promise((resolve) => {
          const id = this.#nextId++;
          this.#joins.set(id, resolve);
          send({ type: 'join', topic, id });
        }),
      left: (topic) => send({ type: 'left', topic }),
      ask: (what, query, write) =>
        new Promise((resolve) => {
          const id = this.#nextId++;
          this.#asks.set(id, resolve);
          send({ type: 'ask', id, what, query, ...(write !== undefined && { write }) });
        }),
      delivered: (id) => send({ type: 'delivered', id }),
      missed: (count) => send({ type: 'missed', count }),
    };
  }
}
