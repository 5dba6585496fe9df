import type { Settings } from '../../config/run-keys.js';
import { hostAndPort } from '../../streaming/feed/kind.js';

/** The address of a service where neither a flag nor a file gives one. */
export const DEFAULT_LISTEN = '127.0.0.1:8765';

/**
 * The settings of a service's server, which is the feed's.
 * @throws UsageError naming the flag and its value
 */
export function listenSettings(text: string, flag: string): Settings {
  return { feed: hostAndPort(text, flag) };
}
