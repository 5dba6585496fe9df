import type { Provider } from '../core/detector.js';

/** A provider that a session can run on. */
export type ActualProvider = Exclude<Provider, 'auto'>;

/** The code of a ModelError for a requested provider that is unavailable. */
export const PROVIDER_ERROR = 'NOWCAST_PROVIDER';
