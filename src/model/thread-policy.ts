/** What the machine offers and how many detectors share it. */
export type Machine = {
  /** Logical cores that this process may use. */
  readonly cores: number;
  /** Detectors that compute at the same time. */
  readonly hosts: number;
};

/**
 * Threads for one run when nobody asked for a number: half of the cores, shared by the hosts, at least 1 and at most 4.
 * The other half decodes, schedules and draws; YOLOX at streaming sizes gains little beyond 4 threads.
 */
export function defaultThreads({ cores, hosts }: Machine): number {
  return Math.min(4, Math.max(1, Math.floor(cores / 2 / hosts)));
}

/**
 * Whether the threads of a session may spin while they wait for work. That gains a quarter for one session with cores
 * to spare, and costs a multiple as soon as anything else wants the cores that it burns.
 */
export function maySpin({ cores, hosts }: Machine, threads: number): boolean {
  return hosts === 1 && cores >= threads + 2;
}
