import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusal } from './access.js';

/** Bodies turn a switch or carry a token. */
const MOST_BYTES = 4096;

/**
 * Reads the JSON body of a request. A body that is too long is left unread.
 * @returns undefined if the client leaves before its end
 */
export async function readJsonBody(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<{ readonly json: unknown } | Refusal | undefined> {
  if (!/^application\/json *(?:;|$)/i.test(request.headers['content-type'] ?? ''))
    return { status: 415, message: 'the body must be JSON: send the header "Content-Type: application/json"' };
  if (Number(request.headers['content-length'] ?? 0) > MOST_BYTES) return TOO_LONG;
  if (request.headers.expect !== undefined) response.writeContinue();
  const bytes = await readBytes(request);
  if (bytes === undefined || !Buffer.isBuffer(bytes)) return bytes;
  try {
    return { json: JSON.parse(bytes.toString('utf8')) as unknown };
  } catch {
    return { status: 400, message: 'the body is no JSON' };
  }
}

function readBytes(request: IncomingMessage): Promise<Buffer | Refusal | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const end = (result: Buffer | Refusal | undefined): void => {
      request.off('data', take).off('end', whole).off('close', gone);
      resolve(result);
    };
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      chunks.push(chunk);
      if (length > MOST_BYTES) end(TOO_LONG);
    };
    const whole = (): void => end(Buffer.concat(chunks));
    const gone = (): void => end(undefined);
    request.on('data', take).once('end', whole).once('close', gone);
  });
}

const TOO_LONG: Refusal = { status: 413, message: `the body is longer than ${MOST_BYTES} bytes` };
