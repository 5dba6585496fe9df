import type { CameraFacts } from '../../../../src/streaming/sinks/mqtt/camera-facts.js';

/** A camera with all that has topics. */
export function facts(over: Partial<CameraFacts> = {}): CameraFacts {
  return {
    name: 'front',
    isCounted: true,
    labels: ['person'],
    zones: [{ name: 'porch' }],
    lines: [{ name: 'gate', directions: ['comes', 'leaves'] }],
    hasSwitches: true,
    hasPictures: true,
    hasRecord: false,
    ...over,
  };
}
