import type { After } from '../../core/after.js';

/** Calls `action` repeatedly until the returned function is called. */
export type StartInterval = (intervalMs: number, action: () => void) => () => void;

/** The timers of the event loop, which do not keep a program alive. */
export const nodeAfter: After = (ms, action) => {
  const timer = setTimeout(action, ms);
  timer.unref();
  return () => clearTimeout(timer);
};

export const nodeInterval: StartInterval = (intervalMs, action) => {
  const timer = setInterval(action, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
};
