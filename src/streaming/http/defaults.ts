/**
 * The limits of the server. A household of dashboards never meets them; a program that floods does. This file imports
 * nothing, because the registry reads it at every start.
 */
export const HTTP_DEFAULTS = {
  maxConnections: 1024,
  maxConnectionsPerAddress: 512,
  /** A page that shows pictures asks for 30 a second. */
  maxRequestsPerSecond: 500,
} as const;
