import type { Provider } from '../core/detector.js';

/** What a session can really run on. */
export type ActualProvider = Exclude<Provider, 'auto'>;

/** The code of a ModelError that says that the asked-for provider cannot be had. */
export const PROVIDER_ERROR = 'NOWCAST_PROVIDER';
