import { counted } from '../../core/counted.js';
import { durationText } from '../../core/duration-text.js';
import type { CaptureTrust } from '../../core/frame.js';
import type { Size } from '../../core/size.js';
import type { Finding } from './finding.js';

/** The things that a camera showed while it was watched. */
export type CameraObserved = {
  /** As the source describes it: `1280x720 h264`. Empty if no picture came. */
  readonly stream: string;
  readonly size?: Size;
  /** From the first picture to the last, by the stream's own times. */
  readonly watchedMs: number;
  /** Pictures that came, those without a buffer and damaged ones too. */
  readonly pictures: number;
  readonly damaged: number;
  /** Times of key pictures in the stream; absent where the coded pictures do not pass through Nowcast. */
  readonly keysMs?: readonly number[];
  /** Of the coded pictures. */
  readonly bytes?: number;
  readonly trust?: CaptureTrust;
  /** The source's own words about quirks of the camera. */
  readonly notices: readonly string[];
  /** Why it gave no picture, or was lost. */
  readonly failure?: string;
};

/** Beyond this, a connection, a clip and live video begin with a long wait. */
const LONGEST_KEY_INTERVAL_MS = 4000;
/** A stream that was watched for less says nothing about the interval. */
const LEAST_WATCHED_MS = 5000;
const MOST_PIXELS = 1280 * 720;
const MOST_PICTURES_PER_SECOND = 20;
const MOST_UNCERTAINTY_MS = 100;

/** Judges a camera, or its stream that is detected on, and says what to change. */
export function cameraFindings(name: string, observed: CameraObserved): Finding[] {
  return findingsOf(name, observed, [...adviceOnSize(observed), ...advice(observed)]);
}

/** Shapes that differ by less are the same: cameras round the sizes of their streams. */
const SAME_SHAPE = 0.03;

/** Judges a camera's stream for recordings beside that which is detected on. */
export function recordFindings(name: string, observed: CameraObserved, detected: CameraObserved): Finding[] {
  const [own, other] = [observed.size, detected.size];
  const isOther =
    own !== undefined &&
    other !== undefined &&
    Math.abs((own.width * other.height) / (own.height * other.width) - 1) > SAME_SHAPE;
  const shape: Advice[] = isOther
    ? [
        [
          'limited',
          `its pictures have another shape than those that are detected on (${other.width}x${other.height})`,
          'set both streams to one shape, such as 16:9; else boxes and zones do not lie where they belong in its pictures',
        ],
      ]
    : [];
  return findingsOf(name, observed, [...shape, ...advice(observed)]);
}

function findingsOf(name: string, observed: CameraObserved, found: readonly Advice[]): Finding[] {
  const { stream, failure, pictures, notices } = observed;
  if (pictures === 0)
    return [
      {
        name,
        state: 'missing',
        found: failure ?? 'no picture came',
        remedy: 'check that it is on and sending, and its address, port, user and password',
      },
    ];
  const facts = [stream, rateText(observed), keyText(observed), bitText(observed), clockText(observed)];
  return [
    { name, state: 'ok', found: facts.filter((fact) => fact !== undefined).join(', ') },
    ...found.map(([state, what, remedy]): Finding => ({ name, state, found: what, remedy })),
    ...(failure === undefined
      ? []
      : [{ name, state: 'limited', found: `lost after ${counted(pictures, 'picture')}: ${failure}` } as const]),
    ...[...new Set(notices)].map((found): Finding => ({ name, state: 'ok', found })),
  ];
}

type Advice = readonly [state: 'ok' | 'limited', found: string, remedy: string];

function advice(observed: CameraObserved): Advice[] {
  const { stream, pictures, damaged, trust } = observed;
  const found: Advice[] = [];
  const keyMs = keyIntervalMs(observed);
  if (keyMs !== undefined && keyMs > LONGEST_KEY_INTERVAL_MS)
    found.push([
      'limited',
      `key pictures are ${durationText(keyMs)} apart${isLeast(observed) ? ' or more' : ''}`,
      'set its key interval (I-frame interval, GOP) to one or two seconds: a new connection, live video and pictures of objects begin at a key picture',
    ]);
  if (damaged > 0)
    found.push([
      'limited',
      `${counted(damaged, 'picture')} of ${pictures} damaged on the way`,
      'set transport: tcp, or give it a better network (a cable instead of radio)',
    ]);
  if (/\b(?:h265|hevc)\b/.test(stream))
    found.push([
      'ok',
      'many browsers do not play H.265',
      'set the stream to H.264 if you want to watch it live on the page',
    ]);
  if (trust?.captureClock === 'arrival')
    found.push([
      'limited',
      'its pictures carry no times, so ages begin at their arrival',
      'take its rtsp:// address, if it has one',
    ]);
  else if (trust !== undefined && trust.uncertaintyMs > MOST_UNCERTAINTY_MS)
    found.push([
      'limited',
      `times of capture are known to ± ${Math.round(trust.uncertaintyMs)} ms only`,
      'let the camera and this machine take their time from one server (NTP)',
    ]);
  return found;
}

/** For a stream whose pictures are decoded. */
function adviceOnSize(observed: CameraObserved): Advice[] {
  const { size } = observed;
  const found: Advice[] = [];
  if (size !== undefined && size.width * size.height > MOST_PIXELS)
    found.push([
      'ok',
      'its pictures are larger than a detector looks at',
      'a second stream of the camera (substream, some 640x360) as source.detect saves most of the time for decoding; this one can stay as source.record',
    ]);
  const rate = picturesPerSecond(observed);
  if (rate !== undefined && rate > MOST_PICTURES_PER_SECOND)
    found.push([
      'ok',
      'it sends more pictures than a detector on a CPU looks at',
      'set it to 10 or 15 pictures a second; each is decoded, looked at or not',
    ]);
  return found;
}

function picturesPerSecond({ watchedMs, pictures }: CameraObserved): number | undefined {
  return watchedMs > 0 ? ((pictures - 1) * 1000) / watchedMs : undefined;
}

function rateText(observed: CameraObserved): string | undefined {
  const rate = picturesPerSecond(observed);
  return rate === undefined ? undefined : `${Number(rate.toFixed(1))} pictures a second`;
}

/** The longest interval that was seen; the whole time, if that is longer without a second key picture. */
function keyIntervalMs(observed: CameraObserved): number | undefined {
  const { keysMs, watchedMs } = observed;
  if (keysMs === undefined || keysMs.length === 0) return undefined;
  if (isLeast(observed)) return watchedMs >= LEAST_WATCHED_MS ? watchedMs : undefined;
  return Math.max(...keysMs.slice(1).map((atMs, i) => atMs - keysMs[i]));
}

/** The interval is not known, only a least one. */
function isLeast({ keysMs }: CameraObserved): boolean {
  return keysMs?.length === 1;
}

function keyText(observed: CameraObserved): string | undefined {
  const ms = keyIntervalMs(observed);
  if (ms === undefined || isLeast(observed)) return undefined;
  return `a key picture every ${durationText(ms)}`;
}

function bitText({ bytes, watchedMs }: CameraObserved): string | undefined {
  if (bytes === undefined || bytes === 0 || watchedMs <= 0) return undefined;
  return `${Number(((8 * bytes) / 1000 / watchedMs).toPrecision(2))} Mbit/s`;
}

const CLOCKS = {
  sender: "times of the camera's clock",
  arrival: 'times of arrival',
  wall: 'times of day from the stream',
} as const;

function clockText({ trust }: CameraObserved): string | undefined {
  return trust && `${CLOCKS[trust.captureClock]} ± ${Number(trust.uncertaintyMs.toPrecision(2))} ms`;
}
