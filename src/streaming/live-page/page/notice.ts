import { element } from './page.js';

export type Phase = 'waiting' | 'live' | 'quiet' | 'lost' | 'scoring' | 'done';

type Words = { readonly state: string; readonly title: string; readonly text: string };

const STARVING = 'Drawing starves, not the detector';
const WORDS: Readonly<Record<Phase, Words>> = {
  waiting: { state: 'waiting for the first picture', title: 'Waiting for the first picture', text: '' },
  live: { state: 'live', title: '', text: '' },
  quiet: {
    state: 'no word',
    title: 'No word from Nowcast',
    text: 'The program behind this page stands still, or other programs use the processor. The page goes on when it does.',
  },
  lost: {
    state: 'the connection is lost',
    title: 'The connection is lost',
    text: 'The program behind this page has ended. Start it again with the same command; the page then goes on by itself.',
  },
  scoring: { state: 'scoring', title: 'The run is over', text: 'Its score follows.' },
  done: {
    state: 'the run is over',
    title: 'The run is over',
    text: 'Next comes your own camera: the commands are on this page.',
  },
};
const STARVING_WORDS: Partial<Readonly<Record<Phase, Words>>> = {
  waiting: {
    state: 'drawing starves',
    title: STARVING,
    text: 'Other programs use the processor, so the first pictures of the drive are not drawn yet.',
  },
  live: {
    state: 'live, but drawing starves',
    title: STARVING,
    text: 'Other programs use the processor, so most frames of the drive are not drawn in time.',
  },
};

/** The state of the page: in the header, and over the picture where a person has to know more. */
export class Notice {
  #phase: Phase = 'waiting';
  #isStarving = false;

  get phase(): Phase {
    return this.#phase;
  }

  enter(phase: Phase): void {
    if (phase === this.#phase) return;
    this.#phase = phase;
    this.#show();
  }

  set isStarving(isStarving: boolean) {
    this.#isStarving = isStarving;
    this.#show();
  }

  #show(): void {
    const starving = this.#isStarving ? STARVING_WORDS[this.#phase] : undefined;
    const { state, title, text } = starving ?? WORDS[this.#phase];
    document.body.dataset['phase'] = this.#phase;
    document.body.classList.toggle('starving', starving !== undefined);
    element('state').querySelector('span')!.textContent = state;
    const notice = element('notice');
    notice.hidden = title === '';
    notice.querySelector('b')!.textContent = title;
    notice.querySelector('span')!.textContent = text;
  }
}
