import { durationText } from '../../core/duration-text.js';
import type { GapEvent, StatusEvent } from '../../core/events.js';

/** A line of the log; attempts to reach a camera that stays away are of level `debug`. */
export type OutageLine = { readonly level: 'debug' | 'info' | 'warn'; readonly text: string };

type Outage = {
  readonly sinceMs: number;
  /** The time without frames, once the camera is back. */
  gap?: GapEvent;
};

/** Turns the events of streams into log lines: one when a camera is lost, and one when it is back. */
export class Outages {
  readonly #outages = new Map<string, Outage>();
  readonly #streaming = new Set<string>();

  gap(event: GapEvent): OutageLine {
    const text = `no frames for ${lengthOf(event)}: ${event.why}`;
    const outage = this.#outages.get(event.streamId);
    if (outage === undefined) return { level: 'warn', text };
    // The line of the return states it.
    outage.gap = { ...event, fromMs: outage.gap?.fromMs ?? event.fromMs };
    return { level: 'debug', text };
  }

  status({ streamId = '', atMs, state, message }: StatusEvent): OutageLine {
    const text = message === undefined ? state : `${state}: ${message}`;
    const outage = this.#outages.get(streamId);
    switch (state) {
      case 'reconnecting':
        if (outage !== undefined) return { level: 'debug', text };
        this.#outages.set(streamId, { sinceMs: atMs });
        return { level: 'warn', text };
      case 'connecting':
        return { level: outage === undefined ? 'info' : 'debug', text };
      case 'streaming': {
        const wasHere = this.#streaming.has(streamId);
        this.#streaming.add(streamId);
        if (outage === undefined) return { level: 'info', text };
        this.#outages.delete(streamId);
        const detail = message === undefined ? '' : `: ${message}`;
        return outage.gap !== undefined || wasHere
          ? { level: 'warn', text: `back after ${durationOf(outage, atMs)} without frames${detail}` }
          : { level: 'info', text: `here after ${durationText(atMs - outage.sinceMs)} of waiting${detail}` };
      }
      case 'ended': {
        this.#outages.delete(streamId);
        if (outage?.gap === undefined) return { level: 'info', text };
        return { level: 'warn', text: `ended without frames for the last ${lengthOf(outage.gap)}: ${outage.gap.why}` };
      }
      case 'detector-lost':
      case 'failed':
        return { level: 'warn', text };
      case 'detector-ready':
        return { level: 'info', text };
    }
  }
}

function lengthOf({ fromMs, toMs }: GapEvent): string {
  return durationText(toMs - fromMs);
}

function durationOf({ gap, sinceMs }: Outage, atMs: number): string {
  return gap === undefined ? durationText(atMs - sinceMs) : lengthOf(gap);
}
