import type { Keys } from '../../core/keys.js';

/** The keys of `metrics`. */
export const metricsKeys = {
  auth: {
    type: 'choice',
    values: ['none', 'required'],
    description: '`none` gives `/metrics` to everyone who reaches the server; `required` to its viewers.',
    default: 'required',
  },
} as const satisfies Keys;
