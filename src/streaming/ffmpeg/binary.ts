import { access, chmod, constants, copyFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { SourceError, UsageError } from '../../core/errors.js';
import type { SandboxMode } from '../../core/sandbox-mode.js';
import { replaceFile } from '../../files/atomic-write.js';
import { askFfmpeg } from './ask.js';
import type { Sandbox } from './cage.js';
import { sandboxFor } from './sandbox.js';

/** A working ffmpeg. */
export type Ffmpeg = {
  readonly path: string;
  readonly version: FfmpegVersion;
  /** `env`: named by NOWCAST_FFMPEG; `path`: found on PATH; `package`: from an npm package beside Nowcast. */
  readonly origin: 'env' | 'path' | 'package';
  /** Limits of its processes. Default: none. */
  readonly sandbox?: Sandbox | undefined;
};

export type FfmpegVersion = {
  readonly major: number;
  readonly minor: number;
  /** The program's name for its version: "5.1.9-0+deb12u1", "N-47683-g0e8eb07980-static". */
  readonly name: string;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** npm packages with an ffmpeg, the newer one first. Users install them, because they are large and under the GPL. */
const PACKAGES = ['ffmpeg-static', '@ffmpeg-installer/ffmpeg'] as const;

/** How to get ffmpeg, for messages. */
export const FFMPEG_INSTALL =
  'install ffmpeg 4.4 or later (apt install ffmpeg, brew install ffmpeg), or name one with NOWCAST_FFMPEG';

/** The minor version of libavcodec of each release x.0, x.1…, by its major version. */
const RELEASES: Readonly<Record<number, readonly number[]>> = {
  58: [18, 35, 54, 91, 134],
  59: [18, 37],
  60: [3, 31],
  61: [3, 19],
  62: [11],
};
/** libavcodec 58 belongs to ffmpeg 4, and each later major version to the next one. */
const CODEC_MAJOR_OFFSET = 54;
const OLDEST_MAJOR = 4;

type Found = Omit<Ffmpeg, 'sandbox'>;

/**
 * Finds ffmpeg: the one in NOWCAST_FFMPEG, else `ffmpeg` on PATH, else that of an installed npm package.
 *
 * @param env with NOWCAST_FFMPEG and PATH
 * @param cacheDir for a copy of a package's, if that cannot be made executable in place
 * @throws UsageError if NOWCAST_FFMPEG names a program that does not run or is too old
 * @param sandbox whether its processes are limited to what they need. Default: NOWCAST_FFMPEG_SANDBOX, else `auto`
 * @throws SourceError (`NOWCAST_FFMPEG_ABSENT`) if there is none, or (`NOWCAST_SANDBOX_ABSENT`) if a sandbox is
 *   required that this machine cannot build
 */
export async function locateFfmpeg(env: Environment, cacheDir: string, sandbox?: SandboxMode): Promise<Ffmpeg> {
  const found = await findFfmpeg(env, cacheDir);
  return { ...found, sandbox: await sandboxFor(found.path, env, sandbox) };
}

async function findFfmpeg(env: Environment, cacheDir: string): Promise<Found> {
  const named = env['NOWCAST_FFMPEG'];
  if (named !== undefined && named !== '') {
    try {
      return { path: named, version: await versionOf(named), origin: 'env' };
    } catch (cause) {
      throw new UsageError(
        `NOWCAST_FFMPEG is "${named}", which does not work as ffmpeg (${reasonOf(cause)}); set it to a working ffmpeg, or unset it`,
        { cause },
      );
    }
  }
  for (const path of onPath(env['PATH'] ?? '')) {
    // A broken or too old one does not count.
    const version = await versionOf(path).catch(() => undefined);
    if (version !== undefined) return { path, version, origin: 'path' };
  }
  for (const name of PACKAGES) {
    const found = await ofPackage(name, cacheDir).catch(() => undefined);
    if (found !== undefined) return found;
  }
  throw new SourceError(`there is no ffmpeg on PATH; ${FFMPEG_INSTALL}`, { code: 'NOWCAST_FFMPEG_ABSENT' });
}

async function ofPackage(name: string, cacheDir: string): Promise<Found> {
  const main = createRequire(import.meta.url)(name) as string | { readonly path: string };
  const path = await executable(typeof main === 'string' ? main : main.path, cacheDir);
  return { path, version: await versionOf(path), origin: 'package' };
}

/** True for the old, static build of a package: it lacks what cameras and other hosts need. */
export function readsFilesOnly({ origin, version }: Ffmpeg): boolean {
  return origin === 'package' && !isAtLeast(version, 4, 4);
}

/**
 * Parses the output of `ffmpeg -version`. The libraries' numbers show the release, whatever name a distributor or a
 * build from git uses.
 * @throws SourceError if it is not ffmpeg's, or older than 4.0
 */
export function parseVersion(output: string): FfmpegVersion {
  const name = /^ffmpeg version (\S+)/m.exec(output)?.[1];
  const codec = /^\s*libavcodec\s+(\d+)\.\s*(\d+)\./m.exec(output);
  if (name === undefined || codec === null)
    throw new SourceError(`its answer to -version is not that of ffmpeg: ${JSON.stringify(output.slice(0, 60))}`);
  const [codecMajor, codecMinor] = [Number(codec[1]), Number(codec[2])];
  const major = codecMajor - CODEC_MAJOR_OFFSET;
  if (major < OLDEST_MAJOR) throw new SourceError(`ffmpeg ${name} is too old: Nowcast needs 4.0 or later`);
  const releasedBefore = (RELEASES[codecMajor] ?? []).filter((minor) => minor <= codecMinor).length;
  return { major, minor: Math.max(0, releasedBefore - 1), name };
}

/** Whether a version is at least `major.minor`. */
export function isAtLeast(version: FfmpegVersion, major: number, minor: number): boolean {
  return version.major > major || (version.major === major && version.minor >= minor);
}

async function versionOf(path: string): Promise<FfmpegVersion> {
  const { stdout } = await askFfmpeg({ path }, ['-version']);
  return parseVersion(stdout);
}

function* onPath(path: string): Generator<string> {
  const name = process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg';
  for (const dir of path.split(delimiter)) if (dir !== '') yield join(dir, name);
}

/**
 * Where npm runs no install scripts, a package's program is not executable. If its folder forbids a change, a copy gets
 * the mode.
 */
async function executable(path: string, cacheDir: string): Promise<string> {
  if (await isExecutable(path)) return path;
  try {
    await chmod(path, 0o755);
    return path;
  } catch {
    const copy = join(cacheDir, 'ffmpeg-of-package');
    if (await isExecutable(copy)) return copy;
    await replaceFile(copy, async (draft) => {
      await copyFile(path, draft, constants.COPYFILE_EXCL);
      await chmod(draft, 0o755);
    });
    return copy;
  }
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const { code } = cause as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'no such file' : code === 'EACCES' ? 'not executable' : cause.message.split('\n')[0];
}
