import { areEqual, avcCodec, avcConfiguration, avcSample, avcSize, type AvcParameters } from './avc.js';
import { fragment, initSegment } from './mp4-boxes.js';

/** A coded picture of H.264 in the order of sending. */
export type LiveUnit = {
  /** Annex B; a key unit brings its parameter sets. */
  readonly data: Uint8Array;
  readonly isKey: boolean;
  /** Presentation time in whole microseconds, 0 or more. */
  readonly ptsUs: number;
};

/** The beginning of a stream of fragments, or of a part with other parameter sets. */
export type LiveInit = { readonly codec: string; readonly bytes: Uint8Array };

export type LiveFragment = {
  readonly ptsUs: number;
  readonly isKey: boolean;
  readonly bytes: Uint8Array;
  /** To be sent before the fragment, to those that do not have it. */
  readonly init: LiveInit;
  /** True if the fragment is the first with this beginning. */
  readonly isFirst: boolean;
};

/**
 * The duration that each picture claims: its true end is known only when the next one comes, which would cost a picture
 * of delay. Browsers give up on a stream whose next picture comes later than twice this, and wait for a key picture.
 */
const CLAIMED_US = 1_000_000;
/** No B-picture is shown as much earlier than a picture that was sent before it. */
const MOST_REORDERED_US = 1_000_000;

/**
 * Makes a fragment of MP4 of each coded picture, one `moof` each. Presentation times are unchanged. Senders state no
 * decoding times, and players need them only to ascend: they are a second earlier, so that no B-picture is shown before
 * it is decoded.
 */
export class Fragmenter {
  #parameters: AvcParameters | undefined;
  #init: LiveInit | undefined;
  #sequence = 0;
  #decodedUs = -1;

  /** Undefined before the first key unit, and for a key unit whose parameter sets are broken. */
  push({ data, isKey, ptsUs }: LiveUnit): LiveFragment | undefined {
    // A source that was started anew counts its times from the beginning.
    const isAnew = ptsUs < this.#decodedUs - MOST_REORDERED_US;
    if (isAnew && !isKey) return undefined;
    if (isAnew) this.#decodedUs = -1;
    const sample = avcSample(data);
    const isFirst = isKey && this.#begin(sample.parameters);
    const init = this.#init;
    if (init === undefined || sample.data.length === 0) return undefined;
    this.#decodedUs = Math.max(this.#decodedUs + 1, ptsUs - MOST_REORDERED_US);
    const bytes = fragment(++this.#sequence, {
      data: sample.data,
      isKey,
      decodingUs: this.#decodedUs,
      presentationUs: ptsUs,
      durationUs: CLAIMED_US,
    });
    return { ptsUs, isKey, bytes, init, isFirst };
  }

  /** @returns whether a new beginning is needed */
  #begin(parameters: AvcParameters | undefined): boolean {
    if (parameters === undefined) return false;
    if (this.#parameters !== undefined && areEqual(this.#parameters, parameters)) return false;
    const size = avcSize(parameters);
    this.#parameters = size && parameters;
    this.#init = size && { codec: avcCodec(parameters), bytes: initSegment(size, avcConfiguration(parameters)) };
    return size !== undefined;
  }
}
