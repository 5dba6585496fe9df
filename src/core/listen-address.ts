/** An address that a server listens on. */
export type ListenAddress = { readonly host?: string; readonly port: number };

/** Completes the sentence "it must be …". */
export const LISTEN_FORMS = 'PORT or HOST:PORT with a port from 0 to 65535, such as 8765, 0.0.0.0:8765 or [::1]:8765';

/** Undefined for a text of another form. */
export function listenAddress(text: string): ListenAddress | undefined {
  const match = /^(?:(?:\[([\da-f:.]+)\]|([^:\s]+)):)?(\d+)$/i.exec(text.trim());
  const port = Number(match?.[3]);
  if (match === null || port > 65535) return undefined;
  const host = match[1] ?? match[2];
  return host === undefined ? { port } : { host, port };
}
