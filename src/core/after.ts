/** Calls `action` after `ms`; the returned function cancels it. */
export type After = (ms: number, action: () => void) => () => void;
