import { defaultThreads } from '../../model/thread-policy.js';

/** Pictures a second of a camera, as long as nobody knows better. */
const CAMERA_FPS = 15;
/** A detector that is busier has no time for pictures that come together. */
const BUSIEST = 0.7;
/** A run with n times the threads is about n to the power of this times as fast. */
const THREAD_GAIN = 0.8;
/** More processes than these only wait for one graphics card. */
const MOST_OF_A_CARD = 2;

export type HostsFor = {
  /** Those that share the detectors. */
  readonly cameras: number;
  readonly cores: number;
  /** Median runtime of a single detector, with its default threads. */
  readonly runtimeMs: number;
  readonly isOnCpu: boolean;
};

/**
 * The most detectors that can be of use. Each needs a core and another one for its cameras, and a camera has one frame
 * in work at a time.
 */
export function mostHosts({ cameras, cores, isOnCpu }: Omit<HostsFor, 'runtimeMs'>): number {
  return Math.max(1, Math.min(cameras, Math.floor(cores / 2), isOnCpu ? Infinity : MOST_OF_A_CARD));
}

/** The least number of detectors that keeps up with the cameras, or the most that can be of use. */
export function hostsFor({ cameras, cores, runtimeMs, isOnCpu }: HostsFor): number {
  const most = mostHosts({ cameras, cores, isOnCpu });
  const threads = defaultThreads({ cores, hosts: 1 });
  for (let hosts = 1; hosts < most; hosts++) {
    const slower = isOnCpu ? (threads / defaultThreads({ cores, hosts })) ** THREAD_GAIN : 1;
    const busy = (cameras * CAMERA_FPS * runtimeMs * slower) / 1000;
    if (busy <= BUSIEST * hosts) return hosts;
  }
  return most;
}
