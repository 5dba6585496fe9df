/** `source`: as fast as the world went, by the clock. `max`: as fast as the consumer takes the frames. */
export const PACES = ['source', 'max'] as const;
export type Pace = (typeof PACES)[number];
