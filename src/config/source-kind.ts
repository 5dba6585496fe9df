import { UsageError } from '../core/errors.js';
import { HIDDEN, redactUrls } from '../core/redact.js';

/** What a source's text says it is, before anything is looked up on disk. */
export type SourceKind =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'camera'; readonly url: string }
  /** The synthetic drive of that seed. */
  | { readonly kind: 'demo'; readonly seed: number };

/** The forms of a source, for messages and help. */
export const SOURCE_FORMS = 'a video file, a folder of pictures, rtsp://, rtsps://, http://, https://, udp://, tcp://, srt://, rtmp://, /dev/videoN, N for /dev/videoN, or demo: for a synthetic drive (demo:SEED for another)';

const CAMERA_SCHEMES = new Set(['rtsp', 'rtsps', 'http', 'https', 'udp', 'tcp', 'srt', 'rtmp']);
/** Of these, those that may also wait to be called: `udp://@:1234`, `tcp://:1234?listen`. */
const LISTENING_SCHEMES = new Set(['udp', 'tcp', 'srt']);
/** Nothing stands before the path but credentials and a port. What has an `@` further on may be a password with a slash. */
const NO_HOST = /^[^/]*:\/\/(?:[^/]*@)?(?::\d*)?(?:$|[/?#](?!.*@))/;

/**
 * Tells a camera from a path by its text alone.
 * @throws UsageError for a scheme that is not known, for standard input, and for an empty text
 */
export function classifySource(text: string): SourceKind {
  const source = text.trim();
  if (source === '') throw new UsageError(`a source is empty; it must be ${SOURCE_FORMS}`);
  if (source === '-') throw new UsageError(`standard input ("-") is no source; it must be ${SOURCE_FORMS}`);
  if (/^\d+$/.test(source)) return { kind: 'camera', url: `/dev/video${Number(source)}` };
  if (/^\/dev\/video\d+$/.test(source)) return { kind: 'camera', url: source };

  // Two letters at least: C:\clips\a.mp4 is a path.
  const scheme = /^([a-z][a-z\d+.-]+):(\/\/)?/i.exec(source);
  const name = scheme?.[1].toLowerCase();
  if (name === 'demo') return { kind: 'demo', seed: seedIn(source) };
  if (scheme?.[2] === undefined) return { kind: 'path', path: source };
  if (name === undefined || !CAMERA_SCHEMES.has(name)) throw new UsageError(`"${name}://" is no kind of source that Nowcast reads; it must be ${SOURCE_FORMS}`);
  const isAddressed = LISTENING_SCHEMES.has(name) ? /^[^/]*:\/\/[^/?#]/.test(source) : !NO_HOST.test(source);
  if (!isAddressed) throw new UsageError(`the source "${redactUrls(source)}" names no host; write it as ${name}://HOST[:PORT]/PATH`);
  return { kind: 'camera', url: source };
}

/** What a seed may be: the synthetic world takes 32 bits. */
const LARGEST_SEED = 0xffffffff;
/** A clear day with traffic and people who cross the street; none of the drives that the bundled model learned from. */
export const DEFAULT_DEMO_SEED = 2040;

function seedIn(source: string): number {
  const text = source.slice(source.indexOf(':') + 1);
  const seed = text === '' ? DEFAULT_DEMO_SEED : Number(text);
  if (!/^\d*$/.test(text) || seed > LARGEST_SEED) throw new UsageError(`the source "${source}" names no drive; write it as demo:SEED with a whole number from 0 to ${LARGEST_SEED}, or demo:`);
  return seed;
}

/** A name for a source that was given none: the file's name without its ending, or the camera's host. Never a secret. */
export function streamIdFor(source: SourceKind): string {
  if (source.kind === 'demo') return 'demo';
  if (source.kind === 'path' || source.url.startsWith('/')) {
    const path = source.kind === 'path' ? source.path : source.url;
    const name = path.replace(/[\\/]+$/, '').split(/[\\/]/).at(-1) ?? '';
    return name.replace(/(?<=.)\.[^.]+$/, '') || 'source';
  }
  const address = redactUrls(source.url).slice(source.url.indexOf('://') + 3);
  const host = address.slice(address.lastIndexOf('@') + 1).split(/[/?#]/)[0].replace(HIDDEN, '');
  return host.replace(/:\d+$/, '') || 'camera';
}
