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

export type ContentAtAddress = {
  /**
   * True for a video that has an end: a file, or a playlist to which nothing will be added. False for anything live,
   * and without an answer in time.
   */
  readonly isRecording: boolean;
  /** False for content without pictures, and if the address gives nothing. */
  readonly isPlayable: boolean;
  /** As a clause, for messages: `it gives a web page`, or the reason why it gives nothing. */
  readonly found: string;
};

/**
 * Asks an address for its content, and closes the connection.
 * @param url of `http` or `https`, with credentials as typed
 */
export async function contentAt(url: string): Promise<ContentAtAddress> {
  const { url: bare, credentials } = separateCredentials(url.trim());
  if (!URL.canParse(bare)) return nothing('it is not a valid address');
  const authenticator = new Authenticator(credentials);
  const home = new URL(bare);
  let target = home;
  for (let depth = 0; depth < MOST_DEPTH; depth++) {
    const answer = await ask(target, target.origin === home.origin ? authenticator : new Authenticator(undefined));
    if (typeof answer === 'string') return nothing(answer);
    const { content, text } = answer;
    const asFound = (isRecording: boolean): ContentAtAddress => ({
      isRecording,
      isPlayable: !isText(content),
      found: describe(content, isRecording),
    });
    if (content.kind === 'dash') return asFound(!/<MPD[^>]*\stype\s*=\s*["']dynamic/.test(text));
    if (content.kind !== 'hls') return asFound(content.kind === 'recording' || answer.endsSoon);
    const playlist = readPlaylist(text);
    if (playlist?.kind !== 'master') return asFound(playlist?.hasEnded === true);
    const [variant] = playlist.variants;
    if ((variant as unknown) === undefined || !URL.canParse(variant.uri, answer.url.href)) return asFound(false);
    target = new URL(variant.uri, answer.url);
  }
  return nothing('its playlists list each other');
}

/** ffmpeg may read other content that is not recognised. */
function isText(content: HttpContent): boolean {
  if (content.kind === 'page') return true;
  return content.kind === 'other' && /^(?:text\/|application\/(?:json|xml)\b)/i.test(content.type);
}

function nothing(found: string): ContentAtAddress {
  return { isRecording: false, isPlayable: false, found };
}

function describe(content: HttpContent, isRecording: boolean): string {
  switch (content.kind) {
    case 'recording':
      return 'it gives a video file';
    case 'hls':
    case 'dash':
      return `it gives a playlist that ${isRecording ? 'has ended' : 'goes on'}`;
    case 'multipart':
    case 'mjpeg':
      return 'it gives the pictures of a camera';
    case 'snapshot':
      return 'it gives single pictures';
    case 'picture':
      return `it gives a ${content.format} picture`;
    case 'page':
      return 'it gives a web page';
    case 'other':
      return content.isVideo ? 'it gives a video without an end' : `it gives no video (${content.type})`;
  }
}

/** The content of an address after redirects. */
type Answer = {
  readonly content: HttpContent;
  readonly url: URL;
  /** Of a playlist, as far as it was read. */
  readonly text: string;
  /** True if a video that states no end came to its end. */
  readonly endsSoon: boolean;
};

/** @returns the reason, if there is no content */
async function ask(target: URL, authenticator: Authenticator): Promise<Answer | string> {
  let request: PictureRequest | undefined;
  let timer: NodeJS.Timeout | undefined;
  const found = await new Promise<Answer | string>((resolve) => {
    const give = async (answer: IncomingMessage, content: HttpContent, pieces: readonly Piece[]): Promise<void> => {
      const isPlaylist = content.kind === 'hls' || content.kind === 'dash';
      const text = isPlaylist ? await wholeText(answer, pieces) : '';
      const endsSoon = content.kind === 'other' && content.isVideo && (await endsWithin(answer, SOON_MS));
      resolve({ content, url: request!.url, text, endsSoon });
    };
    request = new PictureRequest(target, authenticator, {
      onAnswer: (answer) =>
        recognise(
          answer,
          () => 0,
          (content, pieces) =>
            content === undefined ? resolve('its answer broke off') : void give(answer, content, pieces),
        ),
      onFailure: ({ reason }) => resolve(reason),
      onNotice: () => undefined,
    });
    timer = setTimeout(() => resolve(`it gave nothing for ${PATIENCE_MS / 1000} s`), PATIENCE_MS);
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
