/** The machine's resources, and the number of detectors that share them. */
export type Machine = {
  /** Logical cores that this process may use. */
  readonly cores: number;
  /** Number of detectors that compute at the same time. */
  readonly hosts: number;
};

/**
 * The default number of threads for one run: half of the cores, shared by the hosts, at least 1 and at most 4. The
 * other half decodes, schedules and draws; YOLOX at streaming sizes gains little beyond 4 threads.
 */
export function defaultThreads({ cores, hosts }: Machine): number {
  return Math.min(4, Math.max(1, Math.floor(cores / 2 / hosts)));
}

/**
 * Whether the threads of a session may spin while they wait for work. That speeds up one session with spare cores by a
 * quarter, but slows it down several times when other work needs these cores.
 */
export function maySpin({ cores, hosts }: Machine, threads: number): boolean {
  return hosts === 1 && cores >= threads + 2;
}
