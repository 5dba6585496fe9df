import { askFfmpeg } from '../../streaming/ffmpeg/ask.js';
import { guardian, type FfmpegProgram } from '../../streaming/ffmpeg/cage.js';
import { SANDBOX_REMEDY } from '../../streaming/ffmpeg/sandbox.js';
import type { Finding } from './finding.js';

/** The ffmpeg features that a run may use: the list in which ffmpeg names the feature, its name, and its use. */
const ABILITIES = [
  ['decoders', 'h264', 'most cameras and files'],
  ['decoders', 'hevc', 'H.265 cameras and files'],
  ['decoders', 'mjpeg', 'MJPEG cameras'],
  ['demuxers', 'rtsp', 'rtsp:// sources'],
  ['demuxers', 'hls', 'HLS sources'],
  ['protocols', 'https', 'https:// sources'],
  ['protocols', 'udp', 'udp:// sources'],
  ['protocols', 'srt', 'srt:// sources'],
  ['encoders', 'libx264', '--save'],
] as const;

type ListName = (typeof ABILITIES)[number][0];

/** Reads an ffmpeg's lists of features and reports the missing ones. */
export async function ffmpegAbilities(path: string): Promise<Finding> {
  const names = [...new Set(ABILITIES.map(([list]) => list))];
  const lists = new Map(
    await Promise.all(
      names.map(async (list): Promise<[ListName, ReadonlySet<string>]> => {
        const { stdout } = await askFfmpeg({ path }, ['-hide_banner', `-${list}`]);
        return [list, list === 'protocols' ? parseProtocols(stdout) : parseList(stdout)];
      }),
    ),
  );
  const lacking = ABILITIES.filter(([list, name]) => lists.get(list)?.has(name) !== true);
  if (lacking.length === 0)
    return { name: 'ffmpeg can', state: 'ok', found: ABILITIES.map(([, name]) => name).join(', ') };
  return {
    name: 'ffmpeg can',
    state: 'limited',
    found: `not ${lacking.map(([, name, use]) => `${name} (${use})`).join(', not ')}`,
    remedy: 'if you need these, install a full build of ffmpeg',
  };
}

/** The limits of ffmpeg's processes on this machine. */
export function ffmpegConfinement({ sandbox }: FfmpegProgram): Finding {
  const name = 'ffmpeg is confined';
  const limits = "no files for cameras, no network for files, by ffmpeg's options";
  const end =
    guardian() === undefined
      ? 'after kill -9 of Nowcast, one that waits for a silent server ends at its timeout'
      : 'it ends with Nowcast';
  if (sandbox === undefined) return { name, state: 'ok', found: `${limits} alone: its sandbox is off; ${end}` };
  if (sandbox.lacks === undefined) return { name, state: 'ok', found: `${limits} and a sandbox; ${end}` };
  const part = sandbox.cutsNetwork || sandbox.hidesFiles ? 'a part of its sandbox' : 'its sandbox';
  return {
    name,
    state: 'limited',
    found: `${limits}; ${end}; ${part} is missing: ${sandbox.lacks}`,
    remedy: SANDBOX_REMEDY,
  };
}

/** Names of a list of codecs or formats: after the line of dashes, the second word of each line, split at commas. */
export function parseList(output: string): ReadonlySet<string> {
  const lines = output.split('\n');
  const body = lines.slice(lines.findIndex((line) => /^\s*-+\s*$/.test(line)) + 1);
  return new Set(body.flatMap((line) => line.trim().split(/\s+/)[1]?.split(',') ?? []));
}

/** Names of the input protocols: the lines between `Input:` and `Output:`. */
export function parseProtocols(output: string): ReadonlySet<string> {
  const body = /Input:\n([\s\S]*?)(?:\nOutput:|$)/.exec(output)?.[1] ?? '';
  return new Set(body.split('\n').map((line) => line.trim()));
}
