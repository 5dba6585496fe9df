import { element } from '../page.js';

export type Clip = {
  /** Path of the service. */
  readonly path: string;
  /** The name of a download. */
  readonly fileName: string;
  readonly isPlayable: boolean;
};

/** A usual form of each codec in an MP4; of others, no browser plays any. */
const MEDIA_TYPES: Readonly<Partial<Record<string, string>>> = {
  h264: 'video/mp4; codecs="avc1.640028"',
  h265: 'video/mp4; codecs="hev1.1.6.L120.B0"',
};

/** Whether this browser expects to play a clip of a codec. */
export function playsCodec(codec: string): boolean {
  const type = MEDIA_TYPES[codec];
  return type !== undefined && document.createElement('video').canPlayType(type) !== '';
}

/** Plays a clip over the page. Its camera's page closes it. */
export class ClipPlayer {
  readonly #dialog = element('clip') as HTMLDialogElement;
  readonly #video = element('clip-video') as HTMLVideoElement;

  /** @param onClosed called when the page has the keyboard again */
  open({ path, fileName }: Clip, title: string, text: string, onClosed: () => void): void {
    const [dialog, video] = [this.#dialog, this.#video];
    element('clip-title').textContent = title;
    element('clip-text').textContent = text;
    element('clip-error').textContent = '';
    const download = element('clip-download') as HTMLAnchorElement;
    [download.href, download.download] = [path, fileName];
    // The keys of the page do not act behind it.
    dialog.onkeydown = (event) => event.stopPropagation();
    dialog.onclick = ({ target }) => {
      if (target === dialog) dialog.close();
    };
    dialog.onclose = () => {
      video.onerror = null;
      video.removeAttribute('src');
      video.load();
      onClosed();
    };
    element('clip-close').onclick = () => dialog.close();
    video.onerror = () => void this.#explain(path);
    video.src = path;
    dialog.showModal();
  }

  close(): void {
    this.#dialog.close();
  }

  async #explain(path: string): Promise<void> {
    const answer = await fetch(path, { headers: { range: 'bytes=0-0' } }).catch(() => undefined);
    element('clip-error').textContent =
      answer === undefined
        ? 'The service does not answer.'
        : answer.ok
          ? 'This browser cannot play the clip. Download it for another player.'
          : ((await answer.json()) as { readonly error: string }).error;
  }
}
