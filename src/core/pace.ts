/** `source`: in real time. `max`: as fast as the consumer takes frames. */
export const PACES = ['source', 'max'] as const;
export type Pace = (typeof PACES)[number];
