/** Recordings keep whole microseconds, so that a replay settles every tie as the live run did. */
export function toUs(ms: number): number {
  return Math.round(ms * 1000);
}
