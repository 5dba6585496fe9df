import type { Stats } from './feed.js';
import { newElement } from './page.js';

const WHY: Readonly<Partial<Record<string, string>>> = {
  answered: 'detected on',
  superseded: 'a newer frame replaced it while it waited, or it could not be drawn in time',
  late: 'its result would have come out later than the latency budget allows',
  stride: 'the schedule skips it',
  corrupt: 'the picture was damaged',
  behind: 'the backlog was too long; this part was skipped to return to the present',
  'detector-failed': 'the detector crashed or hung while it worked on it',
  'detector-down': 'a newer frame replaced it while the detector hung or restarted',
  'detect-off': 'detection is switched off for its camera',
  stopped: 'the run ended while it waited',
};

export type FrameCounts = {
  readonly received: number;
  readonly percepts: number;
  readonly drops: Readonly<Partial<Record<string, number>>>;
};

/** The outcome of every frame. */
export class FramesPanel {
  readonly #host: HTMLElement;
  readonly #bars = new Map<string, HTMLElement>();

  constructor(host: HTMLElement) {
    this.#host = host;
  }

  count({ streams: [counted] }: Stats): void {
    // No frame has arrived yet.
    if (counted === undefined) return;
    this.show(counted);
  }

  show({ received, percepts, drops }: FrameCounts): void {
    const counts = Object.entries({ answered: percepts, ...drops }).flatMap(([reason, count = 0]) =>
      count > 0 ? [[reason, count] as const] : [],
    );
    this.#host.querySelector('.figure b')!.textContent = received.toLocaleString('en');
    this.#host.querySelector('.figure span')!.textContent =
      received === 0 ? '' : `${Math.round((100 * percepts) / received)} % answered`;
    for (const [reason, count] of counts) this.#bar(reason).style.flexGrow = String(count);
    this.#host.querySelector('ul')!.replaceChildren(
      ...counts.map(([reason, count]) => {
        const item = newElement('li', reason, newElement('b', '', count.toLocaleString('en')), ` ${reason}`);
        item.title = whyOf(reason);
        return item;
      }),
    );
  }

  #bar(reason: string): HTMLElement {
    let bar = this.#bars.get(reason);
    if (bar === undefined) {
      bar = newElement('i', reason);
      bar.title = `${reason}: ${whyOf(reason)}`;
      this.#bars.set(reason, bar);
      this.#host.querySelector('.stack')!.append(bar);
    }
    return bar;
  }
}

/** Reasons of a program's own policies may have any name. */
function whyOf(reason: string): string {
  return (Object.hasOwn(WHY, reason) ? WHY[reason] : undefined) ?? '';
}
