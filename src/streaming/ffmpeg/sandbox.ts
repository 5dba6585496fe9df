import { SourceError, UsageError } from '../../core/errors.js';
import { SANDBOX_MODES, type SandboxMode } from '../../core/sandbox-mode.js';
import { askFfmpeg } from './ask.js';
import { guardian, isRoot, type Sandbox } from './cage.js';
import { FILES, NOTHING, type Needs } from './needs.js';
import { systemProgram } from './system-programs.js';

/** How to let this machine build the cage, for messages. */
export const SANDBOX_REMEDY =
  'on Linux, install util-linux and let programs create namespaces (sysctl user.max_user_namespaces above 0, kernel.unprivileged_userns_clone=1 or kernel.apparmor_restrict_unprivileged_userns=0, where they exist; in a container, a seccomp profile that allows unshare and mount)';

/**
 * The sandbox of an ffmpeg.
 * @param mode undefined for NOWCAST_FFMPEG_SANDBOX, else `auto`
 * @returns undefined for `off`
 * @throws UsageError if NOWCAST_FFMPEG_SANDBOX is none of the modes
 * @throws SourceError (`NOWCAST_SANDBOX_ABSENT`) for `required`, if a part of the cage cannot be built
 */
export async function sandboxFor(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
  mode: SandboxMode = modeOf(env),
): Promise<Sandbox | undefined> {
  if (mode === 'off') return undefined;
  const sandbox = await trySandbox(path);
  if (mode === 'required' && sandbox.lacks !== undefined)
    throw new SourceError(
      `ffmpeg.sandbox is "required", but ${sandbox.lacks}; ${SANDBOX_REMEDY}, or set it to "auto"`,
      { code: 'NOWCAST_SANDBOX_ABSENT' },
    );
  return sandbox;
}

/**
 * Starts an ffmpeg in the cage to learn which parts of it this machine can build.
 * @param unshare path of util-linux' program
 */
export async function trySandbox(path: string, unshare = systemProgram('unshare')): Promise<Sandbox> {
  if (unshare === undefined || guardian() === undefined)
    return { unshare: '', cutsNetwork: false, hidesFiles: false, lacks: 'this machine has no unshare and setpriv' };
  const ffmpeg = { path, sandbox: { unshare, cutsNetwork: true, hidesFiles: true } };
  const hiding = await problemWith(ffmpeg, NOTHING);
  // For everybody but root, the smaller cage is a part of the greater one.
  const cutting = hiding === undefined && !isRoot() ? undefined : await problemWith(ffmpeg, FILES);
  const problems = [
    ...(hiding === undefined ? [] : [`files cannot be hidden from ${path} (${hiding})`]),
    ...(cutting === undefined ? [] : [`${path} cannot be cut off from the network (${cutting})`]),
  ];
  return {
    unshare,
    cutsNetwork: cutting === undefined,
    hidesFiles: hiding === undefined,
    ...(problems.length > 0 && { lacks: problems.join(' and ') }),
  };
}

/** Undefined if ffmpeg runs in this cage, and the cage adds nothing to its log. */
async function problemWith(
  ffmpeg: { readonly path: string; readonly sandbox: Sandbox },
  needs: Needs,
): Promise<string | undefined> {
  if (!ffmpeg.path.includes('/')) return 'its path is not known';
  try {
    const { stdout, log } = await askFfmpeg(ffmpeg, ['-version'], needs);
    const complaint = log.trim().split('\n').at(-1);
    if (complaint !== '') return complaint;
    return stdout.startsWith('ffmpeg version ') ? undefined : 'it gives no answer';
  } catch (error) {
    const { cause, message } = error as Error;
    return typeof cause === 'string' ? cause : message;
  }
}

function modeOf(env: Readonly<Record<string, string | undefined>>): SandboxMode {
  const named = env['NOWCAST_FFMPEG_SANDBOX'] ?? '';
  const mode = SANDBOX_MODES.find((one) => one === (named === '' ? 'auto' : named));
  if (mode === undefined)
    throw new UsageError(`NOWCAST_FFMPEG_SANDBOX is "${named}"; it must be one of ${SANDBOX_MODES.join(', ')}`);
  return mode;
}
