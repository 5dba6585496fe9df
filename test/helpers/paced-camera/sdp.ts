import { parameterSetsOf } from './payloads.js';
import type { PictureLoop } from './loop.js';
import type { PacedCameraOptions } from './options.js';

export const PAYLOAD_TYPE = { h264: 96, h265: 96, mjpeg: 26 } as const;

/** The camera's reply to DESCRIBE. */
export function sdpOf({ codec, fps, quirks, sessionName }: PacedCameraOptions, { pictures }: PictureLoop): string {
  const first = pictures[0].data;
  const sets = codec === 'mjpeg' ? [] : parameterSetsOf(codec, first);
  const base64 = sets.map((set) => set.toString('base64'));
  const sprop = quirks.includes('no-sprop')
    ? []
    : codec === 'h264'
      ? [`sprop-parameter-sets=${base64.join(',')}`]
      : ['vps', 'sps', 'pps'].map((name, i) => `sprop-${name}=${base64[i]}`);
  const format = {
    h264: () => [
      'a=rtpmap:96 H264/90000',
      `a=fmtp:96 ${['packetization-mode=1', `profile-level-id=${sets[0].toString('hex', 1, 4)}`, ...sprop].join(';')}`,
    ],
    h265: () => ['a=rtpmap:96 H265/90000', ...(sprop.length > 0 ? [`a=fmtp:96 ${sprop.join(';')}`] : [])],
    mjpeg: () => ['a=rtpmap:26 JPEG/90000'],
  }[codec]();
  return [
    'v=0',
    'o=- 0 0 IN IP4 127.0.0.1',
    `s=${sessionName}`,
    'c=IN IP4 0.0.0.0',
    't=0 0',
    'a=control:*',
    'a=range:npt=now-',
    `m=video 0 RTP/AVP ${PAYLOAD_TYPE[codec]}`,
    ...format,
    `a=framerate:${fps}`,
    'a=control:track1',
    '',
  ].join('\r\n');
}
