import { UsageError } from '../../../core/errors.js';
import { HIDDEN, redactUrls } from '../../../core/redact.js';
import type { RecognisedAddress } from '../../../core/source-kind.js';

const SCHEMES = new Set(['rtsp', 'rtsps', 'http', 'https', 'udp', 'tcp', 'srt', 'rtmp']);
/** The schemes among these that may also listen for a caller: `udp://@:1234`, `tcp://:1234?listen`. */
const LISTENING_SCHEMES = new Set(['udp', 'tcp', 'srt']);
/**
 * Matches an address with only credentials and a port before the path. If an `@` follows later, the path may be a
 * password with a slash.
 */
const NO_HOST = /^[^/]*:\/\/(?:[^/]*@)?(?::\d*)?(?:$|[/?#](?!.*@))/;

/**
 * Recognises a camera by its address, or by the number of its device.
 * @throws UsageError if the address has no host
 */
export function recogniseCamera(text: string): RecognisedAddress | undefined {
  if (/^\d+$/.test(text)) return device(`/dev/video${Number(text)}`);
  if (/^\/dev\/video\d+$/.test(text)) return device(text);
  const name = /^([a-z][a-z\d+.-]+):\/\//i.exec(text)?.[1].toLowerCase();
  if (name === undefined || !SCHEMES.has(name)) return undefined;
  const isAddressed = LISTENING_SCHEMES.has(name) ? /^[^/]*:\/\/[^/?#]/.test(text) : !NO_HOST.test(text);
  if (!isAddressed)
    throw new UsageError(`the source "${redactUrls(text)}" has no host; write it as ${name}://HOST[:PORT]/PATH`);
  return { address: text, streamId: hostOf(text) };
}

function device(path: string): RecognisedAddress {
  return { address: path, streamId: path.slice('/dev/'.length) };
}

/** The name of the address as it may be shown, because a stream's name is never a secret. */
function hostOf(url: string): string {
  const address = redactUrls(url).slice(url.indexOf('://') + 3);
  const host = address
    .slice(address.lastIndexOf('@') + 1)
    .split(/[/?#]/)[0]
    .replace(HIDDEN, '');
  return host.replace(/:\d+$/, '') || 'camera';
}
