import { realpathSync } from 'node:fs';
import { hidingScript } from './hiding-script.js';
import type { Needs } from './needs.js';
import { isProgram, systemProgram } from './system-programs.js';

/** The parts of the cage that this machine can build. */
export type Sandbox = {
  /** Path of util-linux' program, if either part can be built. */
  readonly unshare: string;
  /** An ffmpeg that needs no network has none. */
  readonly cutsNetwork: boolean;
  /** An ffmpeg that needs no files of the user sees none. */
  readonly hidesFiles: boolean;
  /** Why a part cannot be built. */
  readonly lacks?: string;
};

/** An ffmpeg, and the cage in which it is started. */
export type FfmpegProgram = { readonly path: string; readonly sandbox?: Sandbox | undefined };

let found: { readonly path: string | undefined } | undefined;

/** The program by which the system ends a child with this program; undefined if there is none here. */
export function guardian(): string | undefined {
  found ??= { path: systemProgram('setpriv') };
  return found.path;
}

/**
 * The command line of an ffmpeg that has no more of this machine than it needs, as far as its sandbox goes, and that
 * the kernel ends when this program has ended, even by SIGKILL. Without the latter, an ffmpeg that waits for a silent
 * server would notice only at its next write.
 *
 * Every program of the line becomes the next one by `exec`, so ffmpeg has the process id and the descriptors of the
 * child. `setpriv` is the last, because the kernel forgets the end of the parent when the owner changes.
 */
export function commandLine(
  { path, sandbox }: FfmpegProgram,
  args: readonly string[],
  needs: Needs,
): readonly [string, ...string[]] {
  const guard = guardian();
  // Where it is no program, starting it fails as usual.
  if (guard === undefined || !path.includes('/') || !isProgram(path)) return [path, ...args];
  const guarded = [guard, '--pdeathsig', 'KILL'] as const;
  if (sandbox?.hidesFiles === true && needs.files !== 'all') {
    const program = realpathSync(path);
    const network = needs.network ? [] : ['--net'];
    const script = hidingScript([program, ...needs.files], process.env);
    const shell = ['/bin/sh', '-c', script, 'sh', ...guarded, '--bounding-set', '-all', '--', program, ...args];
    return [sandbox.unshare, '--user', '--map-root-user', '--mount', ...network, '--', ...shell];
  }
  if (sandbox?.cutsNetwork === true && !needs.network) {
    // In a namespace of users, root has no power over the files of others.
    const [user, limits] = isRoot()
      ? [[], ['--bounding-set', '-all,+dac_override,+dac_read_search,+fowner']]
      : [['--user', '--map-current-user'], []];
    return [sandbox.unshare, ...user, '--net', '--', ...guarded, ...limits, '--', path, ...args];
  }
  return [...guarded, '--', path, ...args];
}

/**
 * The failure of a program of the command line before ffmpeg, from the first line of its log. The system may refuse a
 * sandbox that it allowed before, for instance because it has too many.
 */
export function refusalIn(line: string): Error | undefined {
  if (!/^(?:unshare|sh|mount|mkdir|chroot|setpriv): /.test(line)) return undefined;
  return new Error(`ffmpeg cannot be started in its sandbox (${line}); "ffmpeg.sandbox: off" starts it without one`, {
    cause: line,
  });
}

export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}
