/**
 * A feed that was asked for without further words: for this machine alone. In a file that loads nothing, since the
 * registry needs it at every start.
 */
export const FEED_DEFAULTS = { host: '127.0.0.1', maxClients: 256 } as const;
