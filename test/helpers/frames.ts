import type { PipelineEvent, SourceEvent } from '../../src/core/events.js';
import { OWN_TIMES, type Frame } from '../../src/core/frame.js';
import { letterbox } from '../../src/core/fit.js';

const SIZE = { width: 64, height: 48 };

/** Counts the releases of each frame. */
export class FrameLedger {
  readonly releases = new Map<string, number>();

  /** Frames that were made but not released yet. */
  get open(): string[] {
    return [...this.releases].filter(([, count]) => count === 0).map(([name]) => name);
  }

  /** A frame named `streamId/seq`, captured and ready at `atMs`; by default 10 ms after the previous one. */
  frame(streamId: string, seq: number, over: Partial<Frame> = {}): Frame {
    const name = `${streamId}/${seq}`;
    this.releases.set(name, 0);
    const atMs = over.capturedAtMs ?? seq * 10;
    return {
      type: 'frame',
      streamId,
      seq,
      epoch: 0,
      ptsMs: atMs,
      capturedAtMs: atMs,
      ...OWN_TIMES,
      readyAtMs: atMs,
      picture: { size: SIZE, fit: letterbox(SIZE, { width: 32, height: 32 }), image: new Uint8Array(0) },
      corrupt: false,
      release: () => this.releases.set(name, this.releases.get(name)! + 1),
      ...over,
    };
  }
}

/** A short name for an event, to read in a list: `percept a/1`, `superseded a/2`, `gap a`. */
export function nameOf(event: SourceEvent | PipelineEvent): string {
  switch (event.type) {
    case 'drop':
      return `${event.reason} ${event.streamId}/${event.seq}`;
    case 'status':
      return event.state;
    case 'gap':
      return `gap ${event.streamId}`;
    case 'frame':
    case 'percept':
      return `${event.type} ${event.streamId}/${event.seq}`;
  }
}
