import { decodePart, encodePart, splitUrl } from '../../../core/url-parts.js';

/** User and password, decoded as typed: a password may contain any character. */
export type Credentials = { readonly user: string; readonly password: string };

/** The URL without its credentials, and the credentials decoded as ffmpeg decodes them, if there are any. */
export function separateCredentials(url: string): { readonly url: string; readonly credentials?: Credentials } {
  const { scheme, user, password, rest } = splitUrl(url);
  if (user === undefined) return { url };
  return {
    url: `${scheme}${rest}`,
    credentials: { user: decodePart(encodePart(user)), password: decodePart(encodePart(password ?? '')) },
  };
}
