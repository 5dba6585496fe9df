import type { IncomingMessage } from 'node:http';
import { readPlaylist } from '../hls/playlist.js';
import { PictureRequest } from '../http-pictures/picture-request.js';
import { Authenticator } from '../rtsp/dialogue/authentication.js';
import { separateCredentials } from '../sources/camera/credentials.js';
import { recognise, type Piece } from './answer-start.js';
import type { HttpContent } from './content.js';

/** Time for an answer and its first bytes. */
const PATIENCE_MS = 5_000;
const MOST_PLAYLIST_BYTES = 4 * 2 ** 20;
/** A video that states no end is a file if it ends within this time: a live one comes no faster than it happens. */
const SOON_MS = 1_000;
/** Limit for a playlist that lists itself. */
const MOST_DEPTH = 3;

/**
 * Asks an address for its content, and closes the connection.
 * @param url of `http` or `https`, with credentials as typed
 * @returns true for a video that has an end: a file, or a playlist to which nothing will be added. False for anything
 *   live, and without an answer in time
 */
export async function isRecording(url: string): Promise<boolean> {
  const { url: bare, credentials } = separateCredentials(url.trim());
  if (!URL.canParse(bare)) return false;
  const authenticator = new Authenticator(credentials);
  const home = new URL(bare);
  let target: URL | undefined = home;
  for (let depth = 0; depth < MOST_DEPTH && target !== undefined; depth++) {
    const found: Found = await ask(
      target,
      target.origin === home.origin ? authenticator : new Authenticator(undefined),
    );
    if (found === undefined) return false;
    if (found.content.kind === 'dash') return !/<MPD[^>]*\stype\s*=\s*["']dynamic/.test(found.text);
    if (found.content.kind !== 'hls') return found.content.kind === 'recording' || found.endsSoon;
    const playlist = readPlaylist(found.text);
    if (playlist?.kind !== 'master') return playlist?.hasEnded === true;
    const [variant] = playlist.variants;
    target =
      (variant as unknown) !== undefined && URL.canParse(variant.uri, found.url.href)
        ? new URL(variant.uri, found.url)
        : undefined;
  }
  return false;
}

/**
 * The content of an address after redirects. @property text of a playlist, as far as it was read
 * @property endsSoon whether a video that states no end came to its end
 */
type Found =
  { readonly content: HttpContent; readonly url: URL; readonly text: string; readonly endsSoon: boolean } | undefined;

async function ask(target: URL, authenticator: Authenticator): Promise<Found> {
  let request: PictureRequest | undefined;
  let timer: NodeJS.Timeout | undefined;
  const found = await new Promise<Found>((resolve) => {
    const give = async (answer: IncomingMessage, content: HttpContent, pieces: readonly Piece[]): Promise<void> => {
      const isText = content.kind === 'hls' || content.kind === 'dash';
      const text = isText ? await wholeText(answer, pieces) : '';
      const endsSoon = content.kind === 'other' && content.isVideo && (await endsWithin(answer, SOON_MS));
      resolve({ content, url: request!.url, text, endsSoon });
    };
    request = new PictureRequest(target, authenticator, {
      onAnswer: (answer) =>
        recognise(
          answer,
          () => 0,
          (content, pieces) => (content === undefined ? resolve(undefined) : void give(answer, content, pieces)),
        ),
      onFailure: () => resolve(undefined),
      onNotice: () => undefined,
    });
    timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
    request.send();
  });
  clearTimeout(timer);
  await request?.close();
  return found;
}

function endsWithin(answer: IncomingMessage, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => done(false), ms);
    const done = (isEnded: boolean): void => {
      clearTimeout(timer);
      resolve(isEnded);
    };
    if (answer.readableEnded) done(true);
    else
      answer
        .resume()
        .once('end', () => done(true))
        .once('close', () => done(answer.complete));
  });
}

function wholeText(answer: IncomingMessage, begun: readonly Piece[]): Promise<string> {
  const pieces = begun.map(({ bytes }) => bytes);
  let byteCount = pieces.reduce((sum, { length }) => sum + length, 0);
  return new Promise((resolve) => {
    const done = (): void => resolve(Buffer.concat(pieces).toString('utf8'));
    answer.on('data', (bytes: Buffer) => {
      byteCount += bytes.length;
      if (byteCount <= MOST_PLAYLIST_BYTES) pieces.push(bytes);
      else done();
    });
    if (answer.readableEnded) done();
    else answer.once('end', done).once('close', done);
  });
}
