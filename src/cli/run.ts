import type { RunConfig } from '../config/run-config.js';
import { UsageError } from '../core/errors.js';
import type { CommandIo } from './command-io.js';

/** Runs the pipeline until its sources end, a limit is met, or `io.signal` is aborted. */
export type Run = (config: RunConfig, io: CommandIo) => Promise<void>;

export const run: Run = () => Promise.reject(new UsageError('nowcast run is not built yet'));
