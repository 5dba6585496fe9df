import type { IncomingMessage } from 'node:http';
import { contentOf, MOST_HEAD_BYTES, type HttpContent } from './content.js';

/** A piece of an answer's body, with its time of arrival on the monotonic clock. */
export type Piece = { readonly bytes: Buffer; readonly arrivedAtMs: number };

/**
 * Recognises the content of an answer while it arrives.
 * @param onContent called once, with the pieces that have come so far; later ones come as usual. Without a content if
 *   the connection breaks before it shows
 */
export function recognise(
  answer: IncomingMessage,
  nowMs: () => number,
  onContent: (content: HttpContent | undefined, pieces: readonly Piece[]) => void,
): void {
  const { headers } = answer;
  const start = {
    type: headers['content-type'],
    isBounded: headers['content-length'] !== undefined || /\bbytes\b/.test(headers['accept-ranges'] ?? ''),
  };
  const pieces: Piece[] = [];
  const decide = (isWhole: boolean): void => {
    const head = Buffer.concat(pieces.map(({ bytes }) => bytes));
    const content = contentOf({ ...start, head, isWhole: isWhole || head.length >= MOST_HEAD_BYTES });
    if (content !== undefined) settle(content);
  };
  const settle = (content: HttpContent | undefined): void => {
    answer.off('data', add).off('end', end).off('close', close);
    onContent(content, pieces);
  };
  const add = (bytes: Buffer): void => {
    pieces.push({ bytes, arrivedAtMs: nowMs() });
    decide(false);
  };
  const end = (): void => decide(true);
  const close = (): void => settle(undefined);
  answer.on('data', add).once('end', end).once('close', close);
  decide(false);
}
