import { requireFfmpeg } from '../../ffmpeg/require-ffmpeg.js';
import { HWACCEL_KEY, selectionOf, VIEW_KEYS } from '../selection.js';
import { sourceKind } from '../source-kind.js';
import { isSdpFile, recogniseRtp } from './recognise.js';

export const rtpKind = sourceKind({
  name: 'rtp',
  is: 'an RTP stream',
  forms: ['an .sdp file', 'rtp://'],
  examples: ['rtp://127.0.0.1:5004', 'rtp://@:5004'],
  recognise: recogniseRtp,
  takesPath: (path, what) => what === 'file' && isSdpFile(path),
  keys: { ...VIEW_KEYS, hwaccel: HWACCEL_KEY },
  isLive: true,
  pictures: 'in-kept-copy',
  needsFfmpeg: true,
  async open({ address, settings }, { streamId, input, clock, ffmpeg, givesUpFirst, stop, copy, originals }) {
    const { cameraSource } = await import('../camera/camera.js');
    return cameraSource(address, {
      streamId,
      input,
      clock,
      ...selectionOf(settings),
      ffmpeg: requireFfmpeg(ffmpeg, streamId),
      hwaccel: settings.hwaccel,
      giveUpFirst: givesUpFirst,
      ...(stop === undefined ? {} : { stop }),
      ...(originals === undefined ? {} : { originals }),
      ...(copy === undefined ? {} : { keepCopyTo: copy.path, onCopy: copy.onCopy, onCopyFailure: copy.onFailure }),
    });
  },
});
