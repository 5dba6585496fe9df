import type { PagePublisher, Pages } from '../http/pages.js';
import type { PageMessage, PictureFacts } from './page-messages.js';
import { pictureBody } from './picture-body.js';

const PAGE = new URL('./page/', import.meta.url);
const PICTURES = '/picture';
const EVENTS = '/events';
const SLOW = 'POST /slow';
/** A script's `../../../core/` is `/core/` at the root of the server. */
const SHARED = { '/core/place-labels.js': new URL('../../core/place-labels.js', import.meta.url).href };
/** The delays, in milliseconds, by which a page can slow the detector down. */
const CHOICES = [0, 50, 100, 200] as const;

/** A page that shows a run live: its files, its pictures, and its events. Results come from the feed. */
export class LivePage {
  readonly pages: Pages;
  #publisher: PagePublisher | undefined;

  /** @param onSlow receives the requested delay of the detector */
  constructor(onSlow: (extraMs: number) => void) {
    this.pages = {
      settings: { folder: PAGE.href, shared: SHARED, newest: [PICTURES], events: [EVENTS], asked: [SLOW] },
      answer: (what, query) => {
        if (what !== SLOW) return undefined;
        const extraMs = CHOICES.find((ms) => String(ms) === query.get('ms'));
        if (extraMs !== undefined) onSlow(extraMs);
        return { status: extraMs === undefined ? 400 : 204 };
      },
      onOpen: (publisher) => {
        this.#publisher = publisher;
      },
    };
  }

  /** Shows a picture to the browsers that ask for one. */
  show(facts: PictureFacts, jpeg: Uint8Array): void {
    this.#publisher?.post({
      topic: PICTURES,
      key: '',
      seq: facts.seq,
      body: pictureBody(facts, jpeg),
      isRetained: true,
      isForWatchers: true,
    });
  }

  slowed(extraMs: number): void {
    void this.send({ type: 'slowed', extraMs, choices: CHOICES });
  }

  /** Resolves when all listeners have received it. */
  async send(message: PageMessage): Promise<void> {
    await this.#publisher?.deliver({
      topic: EVENTS,
      key: message.type,
      body: JSON.stringify(message),
      isRetained: true,
    });
  }
}
