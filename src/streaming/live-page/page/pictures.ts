import type { PictureFacts } from '../page-messages.js';

export type SentPicture = { readonly facts: PictureFacts; readonly image: ImageBitmap };

const RETRY_MS = 1000;

/** Fetches the newest picture repeatedly: requests the next after the last was consumed. Ends with the signal. */
export async function* pictures(signal: AbortSignal): AsyncGenerator<SentPicture> {
  let after = -1;
  while (!signal.aborted) {
    try {
      const response = await fetch(`picture?after=${after}`, { signal });
      if (!response.ok) throw new Error(response.statusText);
      const picture = await read(await response.arrayBuffer());
      after = picture.facts.seq;
      yield picture;
    } catch {
      // A restarted server may restart its count.
      after = -1;
      await new Promise((resolve) => {
        setTimeout(resolve, RETRY_MS);
      });
    }
  }
}

async function read(body: ArrayBuffer): Promise<SentPicture> {
  const length = new DataView(body).getUint32(0);
  const facts = JSON.parse(new TextDecoder().decode(new Uint8Array(body, 4, length))) as PictureFacts;
  const jpeg = new Blob([new Uint8Array(body, 4 + length)], { type: 'image/jpeg' });
  // At the size that boxes refer to, whatever size was drawn.
  return { facts, image: await createImageBitmap(jpeg, { resizeWidth: facts.width, resizeHeight: facts.height }) };
}
