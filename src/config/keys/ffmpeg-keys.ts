import type { Keys } from '../../core/keys.js';
import { SANDBOX_MODES } from '../../core/sandbox-mode.js';

export const ffmpegKeys = {
  sandbox: {
    type: 'choice',
    values: SANDBOX_MODES,
    description:
      'Let ffmpeg see no network when it reads a file, and no files when it reads a camera: as far as this machine allows it (`auto`), or not at all without it (`required`). Linux only.',
    defaultRule: '`NOWCAST_FFMPEG_SANDBOX`, else `auto`',
  },
} as const satisfies Keys;
