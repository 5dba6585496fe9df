import { accessSync, constants, statSync } from 'node:fs';

/** Of util-linux, part of every usual Linux distribution. */
const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'];

let found: { readonly path: string | undefined } | undefined;

/** The program by which the system ends a child with this program; undefined if there is none here. */
export function guardian(): string | undefined {
  found ??= { path: process.platform === 'linux' ? SETPRIV.find(isExecutable) : undefined };
  return found.path;
}

/**
 * A command line that the kernel ends when this program has ended, even by SIGKILL. Without it, an ffmpeg that waits
 * for a silent server would notice only at its next write.
 * @param path of a program; where it is not one, the line is as given, so that starting it fails as usual
 */
export function endsWithParent(path: string, args: readonly string[]): readonly [string, ...string[]] {
  const guard = guardian();
  return guard === undefined || !path.includes('/') || !isExecutable(path)
    ? [path, ...args]
    : [guard, '--pdeathsig', 'KILL', '--', path, ...args];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
