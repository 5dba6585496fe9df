import { OutputError } from '../../core/errors.js';

/** Why the address cannot be bound, and the remedy. */
export function bindError(host: string, port: number, cause: Error & { readonly code?: string }): OutputError {
  const ofPort = ['http.listen', 'feed.port'];
  switch (cause.code) {
    case 'EADDRINUSE':
      return new OutputError(
        `the feed cannot use port ${port}: another program on ${host} listens there; end it, or choose another port (0 takes any free one)`,
        { cause, code: 'NOWCAST_PORT_IN_USE', keys: ofPort },
      );
    case 'EACCES':
      return new OutputError(`the feed may not listen on port ${port} of ${host}: choose a port above 1023`, {
        cause,
        keys: ofPort,
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new OutputError(
        `the feed cannot listen on ${host}: this machine has no such address; use 127.0.0.1 for programs on this machine, 0.0.0.0 for all machines`,
        { cause, keys: ['http.listen', 'feed.host'] },
      );
    case undefined:
    default:
      return new OutputError(`the feed cannot listen on port ${port} of ${host}: ${cause.message}`, {
        cause,
        keys: ofPort,
      });
  }
}
