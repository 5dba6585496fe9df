import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasProgram } from './needs.js';

/** The tools for tests that make their own clips. */
export const NEEDS_FFMPEG = { ffmpeg: hasProgram('ffmpeg') } as const;

export type ClipFolder = {
  /** A path inside the folder. */
  path(name: string): string;
  /** Runs ffmpeg with these arguments, the last of which names the file inside the folder; returns its path. */
  make(...args: string[]): string;
};

/** A folder for the clips of the surrounding `describe`, removed after it. */
export function clipFolder(): ClipFolder {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'nowcast-clips-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string): string => join(folder, name);
  return {
    path,
    make(...args) {
      const out = path(args.pop()!);
      execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args, out], {
        cwd: folder,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      return out;
    },
  };
}

/** Arguments of a moving test pattern. */
export function pattern(size: string, fps: number, seconds: number): string[] {
  return ['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=${fps}:d=${seconds}`];
}

/** Presentation times in seconds of a file's first video stream, ascending. */
export function presentationTimes(path: string): number[] {
  const printed = execFileSync(
    'ffprobe',
    ['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', path],
    { encoding: 'utf8' },
  );
  return printed
    .trim()
    .split(/[\s,]+/)
    .map(Number)
    .sort((a, b) => a - b);
}
