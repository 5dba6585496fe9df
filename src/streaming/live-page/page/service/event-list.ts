import { newElement } from '../page.js';
import type { LoggedObject } from '../../../../core/logged-object.js';
import { get } from './api.js';
import type { SceneNote } from './camera-model.js';
import { ClipPlayer, playsCodec, type Clip } from './clip-player.js';

const SHOWN = 24;
/** In updates. */
const ASK_EVERY = 6;
const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

type Entry = {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly picture?: string;
  readonly clip?: Clip;
};

/** The newest objects of a camera, with pictures and clips; without a log of the service, those of its feed. */
export class EventList {
  readonly #host: HTMLElement;
  readonly #camera: string;
  readonly #player = new ClipPlayer();
  #shown = '';
  /** False once the service has said that it keeps none. */
  #hasLog = true;
  #logged: readonly Entry[] | undefined;
  #updates = 0;

  constructor(host: HTMLElement, camera: string) {
    this.#host = host;
    this.#camera = camera;
  }

  /** @param notes from the feed @param hasScene whether the camera has objects at all */
  async update(notes: readonly SceneNote[], hasScene: boolean, signal: AbortSignal): Promise<void> {
    const isDue = this.#logged === undefined || this.#updates++ % ASK_EVERY === 0;
    if (this.#hasLog && isDue) this.#logged = await this.#ask(signal);
    const entries = this.#logged ?? heard(notes);
    const json = JSON.stringify([entries, hasScene]);
    if (json === this.#shown || signal.aborted) return;
    this.#shown = json;
    const empty = hasScene
      ? 'Nothing has come by yet.'
      : 'Objects are not followed. Give this camera zones, lines or an empty section objects.';
    const { activeElement } = document;
    const focused = this.#host.contains(activeElement) ? (activeElement as HTMLElement).dataset['object'] : undefined;
    this.#host.replaceChildren(
      ...(entries.length === 0 ? [newElement('li', 'empty', empty)] : entries.map((entry) => this.#row(entry))),
    );
    if (focused !== undefined) this.#focus(focused);
  }

  close(): void {
    this.#player.close();
  }

  async #ask(signal: AbortSignal): Promise<readonly Entry[] | undefined> {
    const query = new URLSearchParams({ camera: this.#camera, limit: String(SHOWN) }).toString();
    const answer = await get<{ readonly events: readonly LoggedObject[] }>(`api/events?${query}`, signal);
    this.#hasLog = answer !== undefined;
    return answer?.events.map(({ id, className, startedAt, endedAt, zones, topScore, hasSnapshot, clipCodec }) => ({
      id,
      title: `${className}${zones.length === 0 ? '' : ` in ${zones.join(', ')}`}`,
      text: `${TIME.format(new Date(startedAt))}${endedAt === undefined ? ', still there' : ` to ${TIME.format(new Date(endedAt))}`} · ${Math.round(100 * topScore)} %`,
      ...(hasSnapshot && { picture: `api/events/${encodeURIComponent(id)}/snapshot.jpg` }),
      ...(clipCodec !== undefined && {
        clip: {
          path: `api/events/${encodeURIComponent(id)}/clip`,
          fileName: `${id} ${startedAt.slice(0, 19).replaceAll(':', '.')}.mp4`,
          isPlayable: playsCodec(clipCodec),
        },
      }),
    }));
  }

  #row(entry: Entry): HTMLElement {
    const { title, text } = entry;
    return newElement(
      'li',
      '',
      this.#picture(entry),
      newElement('div', '', newElement('b', '', title), newElement('span', '', text)),
    );
  }

  /** The picture, which leads to the clip if there is one. */
  #picture({ id, title, text, picture, clip }: Entry): HTMLElement {
    const image = newElement('img', '');
    if (picture !== undefined) image.src = picture;
    image.alt = '';
    image.loading = 'lazy';
    const shown = picture === undefined ? newElement('i', 'no-picture') : image;
    if (clip === undefined) return shown;
    const control = newElement(clip.isPlayable ? 'button' : 'a', clip.isPlayable ? 'clip play' : 'clip', shown);
    if (control instanceof HTMLAnchorElement) {
      [control.href, control.download] = [clip.path, clip.fileName];
      control.title = 'This browser does not play the codec of the clip.';
    } else {
      control.type = 'button';
      control.onclick = () => this.#player.open(clip, title, text, () => this.#focus(id));
    }
    control.dataset['object'] = id;
    control.setAttribute('aria-label', `${clip.isPlayable ? 'play' : 'download'} the clip of ${title}, ${text}`);
    return control;
  }

  #focus(id: string): void {
    this.#host.querySelector<HTMLElement>(`[data-object="${CSS.escape(id)}"]`)?.focus();
  }
}

function heard(notes: readonly SceneNote[]): readonly Entry[] {
  const entries = new Map<string, Entry>();
  for (const note of notes) {
    const at = TIME.format(new Date(note.at));
    if (note.type === 'crossing') {
      const id = `${note.objectId} ${note.line} ${note.at}`;
      entries.set(id, {
        id,
        title: `${note.class} ${note.direction}`,
        text: `${at} · over ${note.line}`,
      });
    } else {
      entries.delete(note.id);
      const places = note.enteredZones.length === 0 ? '' : ` in ${note.enteredZones.join(', ')}`;
      const text = `${TIME.format(new Date(note.startedAt))}${note.phase === 'end' ? '' : ', still there'} · ${Math.round(100 * note.topScore)} %`;
      entries.set(note.id, { id: note.id, title: `${note.class}${places}`, text });
    }
  }
  return [...entries.values()].slice(-SHOWN).reverse();
}
