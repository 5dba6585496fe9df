import { requireFfmpeg } from '../../ffmpeg/require-ffmpeg.js';
import { HWACCEL_KEY, selectionOf, VIEW_KEYS } from '../selection.js';
import { sourceKind } from '../source-kind.js';
import { isHls, TRANSPORTS } from './camera-input.js';
import { CAMERA_DEFAULTS } from './defaults.js';
import { recogniseCamera } from './recognise.js';

export const cameraKind = sourceKind({
  name: 'camera',
  is: 'a camera',
  forms: [
    'rtsp://',
    'rtsps://',
    'http://',
    'https://',
    'udp://',
    'tcp://',
    'srt://',
    'rtmp://',
    '/dev/videoN',
    'N for /dev/videoN',
  ],
  codedForms: ['rtsp://', 'rtsps://', 'http://', 'https://', 'udp://', 'tcp://'],
  whyNotCoded: (address) =>
    isHls(address) ? 'it is HLS, which ffmpeg reads; give the RTSP address of the same stream' : undefined,
  examples: [
    'rtsp://127.0.0.1:8554/cam',
    'rtsps://h/x',
    'http://h:81/v.cgi',
    'https://h/live.m3u8',
    'udp://@:1234',
    'tcp://:1234?listen',
    'srt://h:9000?mode=caller',
    'rtmp://h/live',
    '/dev/video12',
    '0',
  ],
  recognise: recogniseCamera,
  async lookAt(address) {
    if (!isHttp(address)) return undefined;
    const { contentAt } = await import('../../http-content/content-at.js');
    const { isRecording, ...content } = await contentAt(address);
    return { ...content, ...(isRecording && { kind: 'video' }) };
  },
  keys: {
    ...VIEW_KEYS,
    hwaccel: HWACCEL_KEY,
    transport: {
      type: 'choice',
      values: TRANSPORTS,
      description:
        'How to read RTSP: over `tcp` (loses no packets), over `udp` (waits for none), by `ffmpeg`, or `auto` (TCP, then UDP, then ffmpeg).',
      default: CAMERA_DEFAULTS.transport,
    },
    timeout: {
      type: 'duration',
      description: 'Reconnect after this time without a frame.',
      default: inSeconds(CAMERA_DEFAULTS.timeoutMs),
    },
    max_behind: {
      type: 'duration',
      description:
        'How far behind the present a camera may fall; Nowcast then drops the waiting pictures as `behind`. No effect on HLS.',
      default: inSeconds(CAMERA_DEFAULTS.maxBehindMs),
    },
    poll: {
      type: 'duration',
      description: 'Time between two requests, for an address of HTTP that answers with single pictures.',
      default: inSeconds(CAMERA_DEFAULTS.snapshotIntervalMs),
    },
  },
  isLive: true,
  pictures: 'in-kept-copy',
  needsFfmpeg: true,
  async open({ address, settings }, context) {
    const { cameraSource } = await import('./camera.js');
    const { streamId, input, clock, givesUpFirst, stop, copy, originals } = context;
    return cameraSource(address, {
      streamId,
      input,
      clock,
      ...selectionOf(settings),
      ffmpeg: requireFfmpeg(context.ffmpeg, context.streamId),
      hwaccel: settings.hwaccel,
      transport: settings.transport,
      // A picture that was requested in time comes after the interval at the earliest.
      timeoutMs: isHttp(address) ? Math.max(settings.timeout, 2 * settings.poll) : settings.timeout,
      snapshotIntervalMs: settings.poll,
      maxBehindMs: settings.max_behind,
      giveUpFirst: givesUpFirst,
      ...(stop === undefined ? {} : { stop }),
      ...(originals === undefined ? {} : { originals }),
      ...(copy === undefined ? {} : { keepCopyTo: copy.path, onCopy: copy.onCopy, onCopyFailure: copy.onFailure }),
    });
  },
});

function isHttp(address: string): boolean {
  return /^https?:/i.test(address);
}

function inSeconds(ms: number): string {
  return `${ms / 1000}s`;
}
