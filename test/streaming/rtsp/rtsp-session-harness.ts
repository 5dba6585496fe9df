import { setImmediate } from 'node:timers/promises';
import { asyncScheduler, type SchedulerLike, type VirtualTimeScheduler } from 'rxjs';
import {
  openRtspSession,
  type RtspOpened,
  type RtspSession,
  type RtspTransport,
} from '../../../src/streaming/rtsp/rtsp-session.js';
import { monotonicClock } from '../../helpers/monotonic.js';

export type WatchedSession = {
  readonly session: RtspSession;
  /** The received items, in order: `open`, `rtp HEX`, `rtcp HEX`. */
  readonly events: string[];
  readonly notices: string[];
  readonly arrivals: number[];
  readonly opened: Promise<RtspOpened>;
  /** Resolves when the next data of the server has been processed. */
  nextAnswer(): Promise<void>;
};

/** Opens a session and records its events. */
export function watch(
  url: string,
  {
    transport = 'tcp',
    timeoutMs = 5_000,
    scheduler = asyncScheduler,
  }: { transport?: RtspTransport; timeoutMs?: number; scheduler?: SchedulerLike } = {},
): WatchedSession {
  const events: string[] = [];
  const notices: string[] = [];
  const arrivals: number[] = [];
  let tell!: (opened: RtspOpened) => void;
  const opened = new Promise<RtspOpened>((resolve) => {
    tell = resolve;
  });
  let onAnswer = (): void => undefined;
  const session = openRtspSession(
    url,
    { transport, timeoutMs, clock: monotonicClock, scheduler },
    {
      onOpen: (first) => {
        events.push('open');
        tell(first);
      },
      onRtp: (packet, arrivedAtMs) => {
        events.push(`rtp ${Buffer.from(packet).toString('hex')}`);
        arrivals.push(arrivedAtMs);
      },
      onRtcp: (packet) => events.push(`rtcp ${Buffer.from(packet).toString('hex')}`),
      onAlive: () => onAnswer(),
      onNotice: (text) => notices.push(text),
    },
  );
  const nextAnswer = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      onAnswer = resolve;
    });
    await setImmediate();
  };
  return { session, events, notices, arrivals, opened, nextAnswer };
}

/** Lets a virtual scheduler's time pass in small steps, so that actions scheduled meanwhile run on time. */
export function pass(scheduler: VirtualTimeScheduler, ms: number): void {
  scheduler.maxFrames = scheduler.frame + ms;
  scheduler.flush();
  scheduler.frame = scheduler.maxFrames;
}
