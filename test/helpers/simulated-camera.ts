import assert from 'node:assert/strict';
import type { SenderReport } from '../../src/core/coded-unit.js';
import { captureClock, type CaptureEstimate } from '../../src/streaming/sources/camera/time/capture-clock.js';
import { randomSource } from './random.js';

/** A span of time with a fault; milliseconds since the start. */
export type Window = { readonly fromMs: number; readonly toMs: number };

/** A camera, its clocks and the network to us, in virtual time. */
export type SimulatedCamera = {
  readonly seed: number;
  readonly fps: number;
  readonly durationMs: number;
  /** Speed of the sender's quartz relative to the truth, in millionths. */
  readonly skewPpm?: number;
  /** The sender's wall clock minus the truth. */
  readonly wallSkewMs?: number;
  /** Interval of sender reports; absent means none. */
  readonly reportEveryMs?: number;
  readonly firstReportMs?: number;
  /** A report has the media time of now (RFC 3550), or of the last picture, as with many cameras. */
  readonly reportTells?: 'now' | 'last';
  /** Mean of the exponential jitter of the network. */
  readonly jitterMs?: number;
  /** Deviation of media times, to either side. */
  readonly stampJitterMs?: number;
  /** `udp`: nothing waits for anything. */
  readonly transport?: 'tcp' | 'udp';
  /** Capacity of the link as a multiple of the stream's mean rate. Default 20. */
  readonly linkRate?: number;
  readonly slow?: readonly (Window & { readonly linkRate: number })[];
  /** The network holds back everything. */
  readonly stalls?: readonly Window[];
  /** The network loses pictures. */
  readonly losses?: readonly Window[];
  /** No pictures are captured; the media clock continues or stands still. */
  readonly freezes?: readonly (Window & { readonly mediaClock: 'runs' | 'stands' })[];
  readonly mediaSteps?: readonly { readonly atMs: number; readonly byMs: number }[];
  readonly wallSteps?: readonly { readonly atMs: number; readonly byMs: number }[];
  /** The connection is lost; the media clock restarts after it. */
  readonly outages?: readonly Window[];
  /** The server sends the current group of pictures at once. */
  readonly gopCache?: boolean;
  readonly gopMs?: number;
  readonly bPictures?: boolean;
};

export type SimulatedUnit = {
  readonly kind: 'unit';
  readonly mediaMs: number;
  readonly arrivedAtMs: number;
  /** The true capture time, on our clock: as the fastest report can show it, and as the fastest picture can. */
  readonly trueAtMs: number;
  readonly trueAtLatestMs: number;
  readonly isKey: boolean;
  /** A B-picture. */
  readonly mayGoBack: boolean;
};
export type SimulatedEvent =
  | SimulatedUnit
  | { readonly kind: 'report'; readonly report: SenderReport; readonly arrivedAtMs: number }
  | { readonly kind: 'connect'; readonly arrivedAtMs: number };

/** Our clock's time when the camera starts. */
export const START_MS = 1_000_000;
const PROPAGATION_MS = 2;
const KEY_SIZE = 6;

const within = (atMs: number, windows: readonly Window[] = []): boolean =>
  windows.some(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);

/** All arrivals, in order. */
export function simulate(camera: SimulatedCamera): SimulatedEvent[] {
  const {
    fps,
    durationMs,
    reportEveryMs,
    reportTells = 'now',
    jitterMs = 2,
    stampJitterMs = 0,
    transport = 'tcp',
    gopMs = 2_000,
    outages = [],
  } = camera;
  const { uniform } = randomSource(camera.seed);
  const intervalMs = 1_000 / fps;
  const gop = Math.max(1, Math.round(gopMs / intervalMs));
  const quartz = 1 + (camera.skewPpm ?? 0) / 1e6;
  const events: SimulatedEvent[] = [];
  const meanSize = (KEY_SIZE + gop - 1) / gop;
  const sendingMs = transport === 'udp' ? 0 : intervalMs / meanSize / (camera.linkRate ?? 20);
  let linkFreeMs = 0;
  let lastArrivalMs = 0;

  const arrival = (sentMs: number, size: number): number => {
    const delayMs = PROPAGATION_MS - jitterMs * Math.log(1 - uniform());
    if (transport === 'udp') {
      // The reader of the packets puts them in order again; reports bypass that.
      if (size < 1) return START_MS + sentMs + delayMs;
      lastArrivalMs = Math.max(lastArrivalMs, START_MS + sentMs + delayMs);
      return lastArrivalMs;
    }
    let startMs = Math.max(sentMs, linkFreeMs);
    for (const { fromMs, toMs } of camera.stalls ?? []) if (startMs >= fromMs && startMs < toMs) startMs = toMs;
    const rate =
      camera.slow?.find(({ fromMs, toMs }) => startMs >= fromMs && startMs < toMs)?.linkRate ?? camera.linkRate ?? 20;
    linkFreeMs = startMs + (size * intervalMs) / meanSize / rate;
    lastArrivalMs = Math.max(lastArrivalMs, START_MS + linkFreeMs + delayMs);
    return lastArrivalMs;
  };
  const epochOf = (atMs: number): number => outages.filter(({ toMs }) => toMs <= atMs).length;
  const mediaAt = (atMs: number, epoch: number): number => {
    const stoodMs = (camera.freezes ?? [])
      .filter(({ mediaClock, fromMs }) => mediaClock === 'stands' && fromMs < atMs)
      .reduce((sum, { fromMs, toMs }) => sum + Math.min(atMs, toMs) - fromMs, 0);
    const steppedMs = (camera.mediaSteps ?? [])
      .filter((step) => step.atMs <= atMs)
      .reduce((sum, { byMs }) => sum + byMs, 0);
    return atMs * quartz - stoodMs + steppedMs + 77_000 + epoch * 1_234_567;
  };
  const wallAt = (atMs: number): number =>
    atMs * quartz +
    START_MS +
    (camera.wallSkewMs ?? 0) +
    (camera.wallSteps ?? []).filter((step) => step.atMs <= atMs).reduce((sum, { byMs }) => sum + byMs, 0);

  const stamps = Array.from({ length: Math.floor(durationMs / intervalMs) }, () => (uniform() * 2 - 1) * stampJitterMs);
  const sendUnit = (k: number, sentMs: number, epoch: number): void => {
    const trueMs = k * intervalMs;
    if (within(trueMs, camera.freezes)) return;
    const isKey = k % gop === 0;
    const arrivedAtMs = arrival(sentMs, isKey ? KEY_SIZE : 1);
    if (within(sentMs, camera.losses)) return;
    const trueAtMs = START_MS + trueMs + PROPAGATION_MS;
    events.push({
      kind: 'unit',
      mediaMs: mediaAt(trueMs, epoch) + stamps[k],
      arrivedAtMs,
      trueAtMs,
      trueAtLatestMs: trueAtMs + sendingMs,
      isKey,
      mayGoBack: camera.bPictures === true && k % 3 !== 2,
    });
  };
  let lastPictureMs = 0;
  const sendReport = (atMs: number): void => {
    if (
      within(atMs, outages) ||
      within(atMs, camera.losses) ||
      (camera.freezes ?? []).some(
        ({ mediaClock, fromMs, toMs }) => mediaClock === 'stands' && atMs >= fromMs && atMs < toMs,
      )
    )
      return;
    const arrivedAtMs = arrival(atMs, 0.02);
    const mediaMs = mediaAt(reportTells === 'now' ? atMs : lastPictureMs, epochOf(atMs));
    events.push({ kind: 'report', report: { senderMs: wallAt(atMs), mediaMs, arrivedAtMs }, arrivedAtMs });
  };
  const connect = (atMs: number, k: number): void => {
    [linkFreeMs, lastArrivalMs] = [atMs, START_MS + atMs];
    events.push({ kind: 'connect', arrivedAtMs: START_MS + atMs });
    if (camera.gopCache !== true) return;
    for (let cached = k - (k % gop); cached < k; cached++) sendUnit(cached, atMs, epochOf(atMs));
  };

  let nextReportMs = camera.firstReportMs ?? 500;
  let wasOut = true;
  for (let k = camera.gopCache === true ? gop - 1 : 0; k < stamps.length; k++) {
    // Groups of three are sent P B B: the first when it is taken, the others an interval apart, as their encoder ends
    // them.
    const picture = camera.bPictures === true ? (k % 3 === 0 ? k + 2 : k - 1) : k;
    const sentMs = (camera.bPictures === true ? k + 2 : k) * intervalMs;
    while (reportEveryMs !== undefined && nextReportMs < sentMs) {
      if (!wasOut) sendReport(nextReportMs);
      nextReportMs += reportEveryMs * (0.9 + 0.2 * uniform());
    }
    const isOut = within(sentMs, outages);
    if (wasOut && !isOut) connect(sentMs, k);
    wasOut = isOut;
    if (isOut || picture >= stamps.length) continue;
    sendUnit(picture, sentMs, epochOf(sentMs));
    if (!within(sentMs, camera.freezes)) lastPictureMs = picture * intervalMs;
  }
  return events.sort((a, b) => a.arrivedAtMs - b.arrivedAtMs);
}

/** @param part from 0 to 1 */
export function quantile(values: readonly number[], part: number): number {
  // NaN has no place in an order, so one would leave the others unsorted.
  assert.ok(values.length > 0 && !values.some(Number.isNaN), 'no quantile of nothing or of NaN');
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}

/** Lateness of a claimed time. A delay that all pictures share is no error, because no reader can detect it. */
export function errorOf(capturedAtMs: number, { trueAtMs, trueAtLatestMs }: SimulatedUnit): number {
  return capturedAtMs > trueAtLatestMs ? capturedAtMs - trueAtLatestMs : Math.min(0, capturedAtMs - trueAtMs);
}

/** A picture with the age that the capture clock claims for it. */
export type ClaimedPicture = CaptureEstimate & {
  /** Time of its arrival since the start. */
  readonly atMs: number;
  readonly arrivedAtMs: number;
  readonly errorMs: number;
};

/** Plays a camera to a capture clock. */
export function play(camera: SimulatedCamera): ClaimedPicture[] {
  const clock = captureClock();
  const pictures: ClaimedPicture[] = [];
  for (const event of simulate(camera)) {
    if (event.kind === 'connect') clock.newConnection();
    else if (event.kind === 'report') clock.reported(event.report);
    else {
      const estimate = clock.arrived(event.mediaMs, event.arrivedAtMs, event.mayGoBack);
      pictures.push({
        ...estimate,
        atMs: event.arrivedAtMs - START_MS,
        arrivedAtMs: event.arrivedAtMs,
        errorMs: errorOf(estimate.capturedAtMs, event),
      });
    }
  }
  return pictures;
}
