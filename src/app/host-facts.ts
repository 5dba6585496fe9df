import { arch, cpus, platform } from 'node:os';
import type { RecordingHeader } from '../recording/format.js';
import { packageVersion } from './paths.js';

/** Facts about the program and the machine, for recordings and profiles. */
export function hostFacts(): RecordingHeader['host'] {
  return {
    nowcast: packageVersion(),
    node: process.version,
    platform: `${platform()}-${arch()}`,
    cpu: cpus()[0]?.model ?? 'unknown',
  };
}
