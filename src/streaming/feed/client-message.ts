import { subscribe, type FeedError, type FeedInfo, type FeedSubscribe } from './protocol.js';

/**
 * Reads a client's message.
 * @returns its subscription, or the error to answer with
 */
export function readClientMessage(text: string, info: FeedInfo): FeedSubscribe | FeedError {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return feedError('bad-json', `a message must be a JSON object such as {"type":"subscribe"}, got ${excerpt(text)}`);
  }
  const parsed = subscribe.safeParse(value);
  if (!parsed.success) {
    const [{ path, message: problem }] = parsed.error.issues;
    const where = path.length === 0 ? 'message' : path.join('.');
    return feedError(
      'bad-message',
      `${where}: ${problem}; a client may send {"type":"subscribe","streams"?,"kinds"?,"minScore"?,"classes"?,"maxFps"?}`,
    );
  }
  const unknown =
    firstUnknown('streams', parsed.data.streams, info.streams) ??
    firstUnknown('classes', parsed.data.classes, info.classes);
  return unknown === undefined ? parsed.data : feedError('bad-message', unknown);
}

export function feedError(code: FeedError['code'], text: string): FeedError {
  return { type: 'error', code, message: text };
}

function firstUnknown(key: string, asked: readonly string[] | undefined, known: readonly string[]): string | undefined {
  const names = new Set(known);
  const unknown = asked?.find((name) => !names.has(name));
  return unknown === undefined ? undefined : `${key}: ${excerpt(unknown)} is not among the ${key} of "hello"`;
}

function excerpt(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
