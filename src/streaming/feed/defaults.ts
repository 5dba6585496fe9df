/**
 * The feed's defaults: only this machine can connect. This file imports nothing, because the registry reads it at every
 * start.
 */
export const FEED_DEFAULTS = { host: '127.0.0.1', maxClients: 256 } as const;
