import { counted } from '../../core/counted.js';
import { describePlacement } from '../../core/placement.js';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../../files/make-folder.js';
import { machineFingerprint } from '../../model/machine-fingerprint.js';
import { tryProviders } from '../../model/host/process-detector.js';
import { cachedModel } from '../../model/cached-model.js';
import { bundledModel, readZoo, zooPath } from '../../model/zoo.js';
import { FFMPEG_INSTALL, locateFfmpeg, readsFilesOnly } from '../../streaming/ffmpeg/binary.js';
import type { AppContext } from '../context.js';
import { ffmpegAbilities, ffmpegConfinement } from './ffmpeg.js';
import type { Finding } from './finding.js';
import { writeTrialModel } from './model.js';

type Place = Pick<AppContext, 'env' | 'cacheDir' | 'ownZoo'>;

/** Checks everything that a run may need. It changes nothing except that it creates the cache folder. */
export async function examine(place: Place): Promise<Finding[]> {
  const looked = await Promise.all([
    providers(),
    ffmpeg(place),
    sharedMemory(),
    cacheFolder(place.cacheDir),
    models(place),
  ]);
  return [checkNode(process.versions.node), machine(), ...looked.flat()];
}

/** The versions that `engines` in package.json allows. */
export function checkNode(version: string): Finding {
  const [major, minor] = version.split('.').map(Number);
  const isFit = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  return isFit
    ? { name: 'Node', state: 'ok', found: version }
    : {
        name: 'Node',
        state: 'missing',
        found: `${version}, which is too old`,
        remedy: 'install Node 22, or 20.19 or later',
      };
}

function machine(): Finding {
  const cores = availableParallelism();
  const found = `${counted(cores, 'core')} (${cpus()[0]?.model.trim() ?? 'unknown'}), ${(totalmem() / 2 ** 30).toFixed(1)} GiB memory`;
  return cores > 1
    ? { name: 'machine', state: 'ok', found }
    : {
        name: 'machine',
        state: 'limited',
        found,
        remedy: 'the detector and ffmpeg share the core; expect drops, and take a small model',
      };
}

async function providers(): Promise<Finding[]> {
  const folder = await mkdtemp(join(tmpdir(), 'nowcast-doctor-'));
  try {
    const bundled = bundledModel();
    const model = bundled ?? (await writeTrialModel(folder));
    const [{ onnxRuntime }, statuses] = await Promise.all([
      machineFingerprint(),
      tryProviders({
        model,
        provider: 'auto',
        confThreshold: 0.5,
        nmsThreshold: 0.5,
        nms: 'per-class',
        cacheDir: folder,
        findsPlacement: true,
      }),
    ]);
    return statuses.map(({ provider, unavailable, placement }) =>
      unavailable === undefined
        ? {
            name: `provider ${provider}`,
            state: 'ok',
            found: `ONNX Runtime ${onnxRuntime} opens ${bundled === undefined ? 'a model' : 'the bundled model'} on it${placement === undefined ? '' : `; ${describePlacement(placement)}`}`,
          }
        : {
            name: `provider ${provider}`,
            state: 'absent',
            found: unavailable,
            remedy: 'follow docs/gpu.md to set it up',
          },
    );
  } catch (error) {
    return [
      {
        name: 'ONNX Runtime',
        state: 'missing',
        found: messageOf(error),
        remedy: 'reinstall it: npm rebuild onnxruntime-node',
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const ORIGINS = { env: ', named by NOWCAST_FFMPEG', path: '', package: ', of an npm package' } as const;

async function ffmpeg({ env, cacheDir }: Place): Promise<Finding[]> {
  try {
    const found = await locateFfmpeg(env, cacheDir);
    const where = `${found.version.name} at ${found.path}`;
    return [
      readsFilesOnly(found)
        ? {
            name: 'ffmpeg',
            state: 'limited',
            found: `${where}, of an npm package: reads video files, no cameras`,
            remedy: FFMPEG_INSTALL,
          }
        : {
            name: 'ffmpeg',
            state: 'ok',
            found: `${where}${ORIGINS[found.origin]}`,
          },
      await ffmpegAbilities(found.path),
      ffmpegConfinement(found),
    ];
  } catch (error) {
    return [
      {
        name: 'ffmpeg',
        state: 'limited',
        found: `no video files, no cameras, no --save of videos; pictures and demo: run without it (${messageOf(error)})`,
        remedy: FFMPEG_INSTALL,
      },
    ];
  }
}

async function sharedMemory(): Promise<Finding> {
  const name = 'shared memory';
  if (!existsSync('/dev/shm'))
    return { name, state: 'ok', found: `frames go through ${tmpdir()}, because there is no /dev/shm` };
  const { bavail, bsize } = await statfs('/dev/shm');
  const freeMb = (bavail * bsize) / 1e6;
  const found = `/dev/shm, ${freeMb.toFixed(0)} MB free`;
  return freeMb >= 32
    ? { name, state: 'ok', found }
    : { name, state: 'limited', found, remedy: 'give it 64 MB or more (Docker: --shm-size=64m)' };
}

async function cacheFolder(cacheDir: string): Promise<Finding> {
  const probe = join(cacheDir, `.doctor-${randomUUID()}`);
  try {
    makeFolder(cacheDir, 0o700);
    await writeFile(probe, '', { flag: 'wx' });
    return { name: 'cache folder', state: 'ok', found: cacheDir };
  } catch (error) {
    return {
      name: 'cache folder',
      state: 'missing',
      found: `${cacheDir} cannot be written (${messageOf(error)})`,
      remedy: 'set NOWCAST_CACHE to a writable folder',
    };
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}

async function models({ cacheDir, ownZoo }: Place): Promise<Finding> {
  const bundled = bundledModel() === undefined ? [] : ['nowcast-nano (bundled, for the synthetic world)'];
  const pulled: string[] = [];
  const wrong: string[] = [];
  const zoo = await readZoo({ ownZoo }).catch(messageOf);
  if (typeof zoo === 'string')
    return { name: 'models', state: 'limited', found: zoo, remedy: 'mend that file, or unset NOWCAST_ZOO' };
  for (const entry of zoo) {
    const file = await cachedModel(entry, cacheDir);
    if (file.state === 'right') pulled.push(entry.name);
    if (file.state === 'wrong') wrong.push(`${zooPath(entry, cacheDir)} is not ${entry.name}: ${file.problem}`);
  }
  const here = [...bundled, ...pulled];
  if (wrong.length > 0) {
    return {
      name: 'models',
      state: 'limited',
      found: [...here, ...wrong].join(', '),
      remedy: `remove ${wrong.length === 1 ? 'that file' : 'those files'}, then pull the model again with nowcast models pull`,
    };
  }
  if (pulled.length > 0) return { name: 'models', state: 'ok', found: here.join(', ') };
  return {
    name: 'models',
    state: 'limited',
    found: here.length === 0 ? 'none by name' : here.join(', '),
    remedy: 'nowcast models pull yolox-nano, or pass your own ONNX file with --model',
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.split('\n')[0] : String(error);
}
