import { asyncScheduler } from 'rxjs';
import { CodedStream, type CodedStreamOptions } from './coded-stream.js';
import { probeEndpoint } from './connection/endpoint-probe.js';
import { RECONNECT_LADDER } from './connection/reconnect.js';
import { CAMERA_DEFAULTS } from './defaults.js';
import type { Transport } from './camera-input.js';

/**
 * Another stream of a camera of the configuration.
 * @param address of one of the `codedForms` of cameras
 * @param settings of the camera
 */
export function openCoded(
  address: string,
  settings: Readonly<Record<string, unknown>>,
  options: Pick<CodedStreamOptions, 'clock' | 'limits' | 'ptsMsOf' | 'onState' | 'onPicture' | 'onNotice'>,
): CodedStream {
  const { transport, timeout, poll }: CodedSettings = { ...PRESETS, ...settings };
  const timeoutMs = /^https?:/i.test(address) ? Math.max(timeout, 2 * poll) : timeout;
  return new CodedStream(address, {
    ...options,
    // ffmpeg gives no coded pictures.
    transport: transport === 'ffmpeg' ? 'auto' : transport,
    timeoutMs,
    firstFrameTimeoutMs: Math.max(20_000, timeoutMs),
    snapshotIntervalMs: poll,
    inputOptions: [],
    scheduler: asyncScheduler,
    ladder: RECONNECT_LADDER,
    probe: probeEndpoint,
    random: Math.random,
  });
}

type CodedSettings = { readonly transport: Transport; readonly timeout: number; readonly poll: number };

const PRESETS: CodedSettings = {
  transport: CAMERA_DEFAULTS.transport,
  timeout: CAMERA_DEFAULTS.timeoutMs,
  poll: CAMERA_DEFAULTS.snapshotIntervalMs,
};
