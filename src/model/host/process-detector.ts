import { basename, resolve } from 'node:path';
import type { DetectorResult, ModelDetector, ModelDetectorInfo, Provider } from '../../core/detector.js';
import { counted } from '../../core/counted.js';
import { InternalError } from '../../core/errors.js';
import type { Picture } from '../../core/picture.js';
import { familyByName } from '../families/kinds.js';
import { describePictures } from '../describe-pictures.js';
import { machineFingerprint } from '../machine-fingerprint.js';
import { recallProvider, rememberProvider, type ProviderChoiceKey } from '../provider-cache.js';
import {
  openFastest,
  openHost,
  openNamed,
  probeProviders,
  type OpenHost,
  type ProviderStatus,
  type StartHost,
} from './choose-provider.js';
import { PictureSlotsFile } from './picture-slots-file.js';
import { makeHostPlan, type HostPlan, type ProcessDetectorOptions } from './host-plan.js';
import { HostProcess } from './host-process.js';
import { unpackDetections } from './packed-detections.js';
import { SLOTS_PER_HOST, SupervisedHost } from './supervised-host.js';
import { realAfter } from './watchdog.js';

/** Enough for a large model on a slow machine, or its compilation for a GPU. */
const START_TIMEOUT_MS = 120_000;
/** Providers that `auto` tries get less time. */
const TRIAL_TIMEOUT_MS = 30_000;
const DEFAULT_WATCHDOG_MS = 2000;

type Log = (message: string) => void;

/**
 * Opens a model in separate processes, so that a crash, a hang or a driver's fault costs the frame in work and the time
 * of a restart.
 * @throws ModelError if the model, its labels or the chosen provider cannot be used; UsageError for a wrong option
 */
export async function createProcessDetector(options: ProcessDetectorOptions): Promise<ModelDetector> {
  const { provider: requestedProvider, watchdogMs = DEFAULT_WATCHDOG_MS, onLog = () => undefined } = options;
  const onWarning = options.onWarning ?? ((message) => process.emitWarning(message));
  const plan = await makeHostPlan(options);
  // Known from the first process on; its successors need no probe.
  let form = options.probe === false ? plan.spec.form : undefined;
  const launchers = Array.from({ length: plan.hosts }, () => new Launcher(plan, options, () => form));
  try {
    const first = await openFirst(options, plan, launchers[0].start, onLog);
    form = first.ready.form;
    for (const warning of first.ready.warnings) onWarning(warning);
    const others = await Promise.all(launchers.slice(1).map(({ start }) => openHost(first.provider, start)));
    const hosts = [first, ...others].map(
      ({ process, ready }, i) =>
        new SupervisedHost({
          first: process,
          relaunch: () => launchers[i].start(first.provider),
          writeSlot: (slot, picture) => launchers[i].slotsFile.write(slot, picture),
          watchdogMs,
          warmUpMs: ready.warmUpMs,
          startMs: ready.startMs,
          maxFailedStarts: options.maxFailedStarts ?? Infinity,
          onLog,
          after: realAfter,
        }),
    );
    const info: ModelDetectorInfo = {
      model: basename(plan.spec.path),
      modelSha256: plan.spec.sha256,
      family: plan.spec.family,
      input: plan.spec.input,
      pictures: describePictures(plan.spec),
      classNames: plan.labels.names,
      classNamesFrom: plan.labels.from,
      requestedProvider,
      provider: first.provider,
      threads: plan.threads,
      ...(first.ready.placement && { placement: first.ready.placement }),
    };
    return new ProcessDetector(
      info,
      hosts,
      launchers.map(({ slotsFile }) => slotsFile),
      options.keepsOutside === true,
      onWarning,
    );
  } catch (error) {
    await Promise.all(launchers.map((launcher) => launcher.abandon()));
    throw error;
  }
}

/**
 * Tries a model on every provider that this build of ONNX Runtime has. Leaves no process running.
 * @throws ModelError if the model or its labels cannot be used at all
 */
export async function tryProviders(options: ProcessDetectorOptions): Promise<ProviderStatus[]> {
  const launcher = new Launcher(await makeHostPlan(options), options, () => undefined);
  try {
    return await probeProviders(launcher.start);
  } finally {
    await launcher.abandon();
  }
}

/** Starts the processes of one host: one at a time, except in trials of providers. */
class Launcher {
  readonly slotsFile: PictureSlotsFile;
  readonly #running = new Set<HostProcess>();
  readonly #plan: HostPlan;
  readonly #requested: Provider;
  readonly #findsPlacement: boolean;
  readonly #knownForm: () => string | undefined;

  constructor(
    plan: HostPlan,
    { provider, findsPlacement = false }: Pick<ProcessDetectorOptions, 'provider' | 'findsPlacement'>,
    knownForm: () => string | undefined,
  ) {
    const { width, height } = plan.spec.input;
    this.slotsFile = new PictureSlotsFile(SLOTS_PER_HOST, 3 * width * height);
    this.#plan = plan;
    this.#requested = provider;
    this.#findsPlacement = findsPlacement;
    this.#knownForm = knownForm;
  }

  readonly start: StartHost<HostProcess> = (provider) => {
    const isTrial = provider !== 'cpu' && provider !== this.#requested;
    const process = new HostProcess({
      open: {
        ...this.#plan.openMessage(provider, this.#knownForm()),
        ...(this.#findsPlacement && provider !== 'cpu' && { places: true }),
      },
      slotsFd: this.slotsFile.fd,
      startTimeoutMs: isTrial ? TRIAL_TIMEOUT_MS : START_TIMEOUT_MS,
      isPatient: !isTrial,
    });
    this.#running.add(process);
    void process.exited.then(() => this.#running.delete(process));
    return process;
  };

  /** Ends every running process. */
  async abandon(): Promise<void> {
    const running = [...this.#running];
    for (const process of running) process.kill('it is not needed any more');
    await Promise.all(running.map(({ exited }) => exited));
    this.slotsFile.close();
  }
}

async function openFirst(
  options: ProcessDetectorOptions,
  plan: HostPlan,
  start: StartHost<HostProcess>,
  onLog: Log,
): Promise<OpenHost<HostProcess>> {
  if (options.provider !== 'auto') return openNamed(options.provider, start);
  const cacheDir = resolve(options.cacheDir);
  const key: ProviderChoiceKey = {
    machine: await machineFingerprint(),
    modelSha256: plan.spec.sha256,
    input: plan.spec.input,
    threads: plan.threads,
  };
  const recalled = await recallProvider(cacheDir, key);
  if (recalled !== undefined) {
    try {
      return await openHost(recalled, start);
    } catch (error) {
      if (recalled === 'cpu') throw error;
      onLog(`auto: ${recalled} was the fastest before, but no longer opens: ${(error as Error).message}`);
    }
  }
  const { host, choice } = await openFastest(start, onLog, familyByName(plan.spec.family).rowsInAnyOrder === true);
  await rememberProvider(cacheDir, key, choice).catch((error: unknown) => {
    onLog(
      `auto: the choice of ${choice.provider} could not be stored, so the next run chooses again: ${(error as Error).message}`,
    );
  });
  return host;
}

/**
 * Spreads frames over a pool of hosts. There is no queue: each host has the frame that it computes and the next one.
 */
class ProcessDetector implements ModelDetector {
  readonly info: ModelDetectorInfo;
  readonly hosts: number;
  readonly unusable = { boxes: 0, pictures: 0 };
  readonly #hosts: readonly SupervisedHost[];
  readonly #slotFiles: readonly PictureSlotsFile[];
  readonly #keepsOutside: boolean;
  readonly #onWarning: Log;
  #closing: Promise<void> | undefined;

  constructor(
    info: ModelDetectorInfo,
    hosts: readonly SupervisedHost[],
    slotFiles: readonly PictureSlotsFile[],
    keepsOutside: boolean,
    onWarning: Log,
  ) {
    this.info = info;
    this.#keepsOutside = keepsOutside;
    this.#onWarning = onWarning;
    this.hosts = hosts.length;
    this.#hosts = hosts;
    this.#slotFiles = slotFiles;
  }

  async detect(picture: Picture): Promise<DetectorResult> {
    // This code runs synchronously up to its first await, so the picture is in its slot when the call returns.
    const { size } = picture;
    const { detections, unusable, times } = await this.#leastBusy().detect(picture);
    if (unusable > 0) {
      if (this.unusable.boxes === 0)
        this.#onWarning(
          `${this.info.model} gave ${counted(unusable, 'prediction')} for one picture that cannot be used (NaN, infinite or of negative size); further ones are counted and left out, too`,
        );
      this.unusable.boxes += unusable;
      this.unusable.pictures += 1;
    }
    const bounds = this.#keepsOutside ? undefined : size;
    return { detections: unpackDetections(detections, this.info.classNames, bounds), times };
  }

  async ready(): Promise<void> {
    if (this.#hosts.some(({ isWorking }) => isWorking)) return;
    try {
      await Promise.any(this.#hosts.map((host) => host.ready()));
    } catch (error) {
      throw (error as AggregateError).errors[0];
    }
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.close()));
    for (const slotsFile of this.#slotFiles) slotsFile.close();
  }

  /** Prefers a working host to a restarting one, and an idle host to a busy one. */
  #leastBusy(): SupervisedHost {
    const alive = this.#hosts.filter((host) => !host.hasEnded);
    // If all hosts have failed for good, any of them gives the reason.
    if (alive.length === 0) return this.#hosts[0];
    const free = alive.filter(({ freeSlotCount }) => freeSlotCount > 0);
    if (free.length === 0) {
      throw new InternalError(
        `${alive.length * SLOTS_PER_HOST} frames are with the detector, the most that it takes at once; wait for a result first`,
      );
    }
    return free.reduce((best, host) => (rank(host) > rank(best) ? host : best));
  }
}

function rank({ isWorking, freeSlotCount }: SupervisedHost): number {
  return (isWorking ? SLOTS_PER_HOST : 0) + freeSlotCount;
}
