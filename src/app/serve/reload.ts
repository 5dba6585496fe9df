import type { SourceConfig } from '../../config/run-sources.js';

type CameraName = SourceConfig['id'];

/** The effect of a new configuration on the cameras, by their names. */
export type Reloaded = {
  readonly added: readonly CameraName[];
  readonly removed: readonly CameraName[];
  readonly restarted: readonly CameraName[];
  /** Number of cameras that went on. */
  readonly unchanged: number;
  /** Sections that have changed, and take effect with the next start of the service. */
  readonly needsRestart: readonly string[];
};

/**
 * Reads the configuration again and takes it over.
 * @throws UsageError naming file, line and key; the former configuration stays in use
 */
export type Reload = () => Promise<Reloaded>;
