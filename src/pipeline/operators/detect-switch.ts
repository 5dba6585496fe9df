import { map, type MonoTypeOperatorFunction } from 'rxjs';
import type { Clock } from '../../core/clock.js';
import { dropOf, type SourceEvent } from '../../core/events.js';
import { releaseFrame } from '../release-frame.js';

/**
 * Drops every frame as `detect-off` while a switch is off. Its source goes on, and so do its other events.
 *
 * ```ts
 * frames.pipe(detectSwitch(() => isOn, clock), perceive(detector, { clock }))
 * ```
 */
export function detectSwitch(isOn: () => boolean, clock: Clock): MonoTypeOperatorFunction<SourceEvent> {
  return map((event) => {
    if (event.type !== 'frame' || isOn()) return event;
    releaseFrame(event);
    return dropOf(event, 'detect-off', clock.now());
  });
}
