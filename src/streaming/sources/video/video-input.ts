import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { SourceError } from '../../../core/errors.js';
import { redactorOf, redactUrls } from '../../../core/redact.js';
import { encodeCredentials } from '../../../core/url-parts.js';
import { FFMPEG_INSTALL, readsFilesOnly, type Ffmpeg } from '../../ffmpeg/binary.js';
import type { Needs } from '../../ffmpeg/needs.js';
import { needsOf, reachOptions } from '../../ffmpeg/reach.js';
import { STANDARD_INPUT } from '../pipe/recognise.js';

/** A video as ffmpeg opens it. */
export type VideoInput = {
  /** An absolute path, a URL with percent-encoded credentials, or `pipe:0`. */
  readonly url: string;
  /** Options of this input, one word each. */
  readonly inputOptions: readonly string[];
  /** What ffmpeg uses to read it. */
  readonly needs: Needs;
  /** For messages, without secrets. */
  readonly name: string;
  /** Removes the address's secrets from a text. */
  readonly redact: (text: string) => string;
  /** It comes through this program's standard input. */
  readonly isStandardInput: boolean;
};

/** A server that does not answer for this long is away. */
const NETWORK_TIMEOUT_US = 10_000_000;
/** ffmpeg's longest pause before it asks a server again that closed a connection. */
const RECONNECT_WITHIN_S = 4;

/**
 * The purpose of the options for a URL: a server may close a connection that rests while the run waits for the time of
 * a picture, and ffmpeg then continues where it was.
 * @param address a path, a URL of `http` or `https` with credentials as typed, or `pipe:0`
 */
export function videoInput(address: string): VideoInput {
  if (!isUrl(address)) {
    const isStandardInput = address === STANDARD_INPUT;
    const url = isStandardInput ? address : resolve(address);
    const reach = isStandardInput ? 'pipe' : /\.m3u8?$/i.test(address) ? 'playlist-file' : 'file';
    return {
      url,
      inputOptions: reachOptions(reach),
      needs: needsOf(reach, url),
      name: isStandardInput ? 'standard input' : address,
      redact: (text) => text,
      isStandardInput,
    };
  }
  const url = encodeCredentials(address);
  return {
    url,
    needs: needsOf('playlist', url),
    inputOptions: [
      ...reachOptions('playlist'),
      '-rw_timeout',
      String(NETWORK_TIMEOUT_US),
      '-reconnect',
      '1',
      '-reconnect_delay_max',
      String(RECONNECT_WITHIN_S),
    ],
    name: redactUrls(address),
    redact: redactorOf(address),
    isStandardInput: false,
  };
}

/**
 * Checks that a video can be opened, without opening it.
 * @returns whether it can be read a second time
 * @throws SourceError: `NOWCAST_SOURCE_MISSING`, `_FOLDER`, `_EMPTY`, and for a URL if ffmpeg reads files only
 */
export async function checkVideo(address: string, ffmpeg: Ffmpeg): Promise<{ readonly isReadAgain: boolean }> {
  if (address === STANDARD_INPUT) return { isReadAgain: false };
  if (!isUrl(address)) return checkFile(address);
  if (readsFilesOnly(ffmpeg))
    throw new SourceError(
      `the ffmpeg of the npm package, ${ffmpeg.version.name}, reads files only; to read videos over the network, ${FFMPEG_INSTALL}`,
    );
  return { isReadAgain: true };
}

function isUrl(address: string): boolean {
  return /^https?:\/\//i.test(address);
}

async function checkFile(path: string): Promise<{ readonly isReadAgain: boolean }> {
  const found = await stat(path).catch((cause: unknown) => {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw code === 'ENOENT'
      ? new SourceError(`there is no file "${path}"; check the path`, { cause, code: 'NOWCAST_SOURCE_MISSING' })
      : new SourceError(`"${path}" cannot be opened: ${message}`, { cause });
  });
  if (found.isDirectory())
    throw new SourceError(`"${path}" is a folder; give the path of a video file`, { code: 'NOWCAST_SOURCE_FOLDER' });
  if (found.isFile() && found.size === 0)
    throw new SourceError(`"${path}" is empty (0 bytes); check that its copy or recording was completed`, {
      code: 'NOWCAST_SOURCE_EMPTY',
    });
  return { isReadAgain: found.isFile() };
}
