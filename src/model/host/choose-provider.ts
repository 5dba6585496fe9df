import type { Placement } from '../../core/placement.js';
import { ModelError } from '../../core/errors.js';
import { lowerMedian } from '../../core/quantile.js';
import type { ProviderChoice } from '../provider-cache.js';
import { outputDifference } from '../probe/output-difference.js';
import { PROVIDER_ERROR, type ActualProvider } from '../actual-provider.js';
import type { HostProcess } from './host-process.js';
import type { ReadyMessage } from './messages.js';

/** The part of {@link HostProcess} that a trial needs. */
export type TrialProcess = Pick<HostProcess, 'opened' | 'measure' | 'sample' | 'stop'>;

/** Starts a process that opens the model on this provider. */
export type StartHost<P extends TrialProcess> = (provider: ActualProvider) => P;

/** A process with an open model, and its first message. */
export type OpenHost<P extends TrialProcess> = {
  readonly provider: ActualProvider;
  readonly process: P;
  readonly ready: ReadyMessage;
};

/** One provider of this build of ONNX Runtime, with the reason if it is unavailable. */
export type ProviderStatus = {
  readonly provider: ActualProvider;
  readonly unavailable?: string;
  readonly placement?: Placement;
};

const TRIAL_RUNS = 5;
/** A run this many times slower than the CPU's ends a provider's trial: a software adapter is no GPU. */
const HOPELESS = 3;
/**
 * A provider whose outputs differ from the CPU's by more than this share is not taken. TF32 differs by 1 %, and half
 * precision by up to 7 % in an untrained network (docs/gpu.md); a wrong kernel differs by all.
 */
const MOST_DIFFERENCE = 0.1;
const STOP_DEADLINE_MS = 2000;

/**
 * Opens the model on exactly this provider.
 * @throws ModelError if the provider fails, naming the available ones; else the error that prevented it
 */
export async function openNamed<P extends TrialProcess>(
  provider: ActualProvider,
  start: StartHost<P>,
): Promise<OpenHost<P>> {
  try {
    return await openHost(provider, start);
  } catch (cause) {
    if (provider === 'cpu') throw cause;
    const others = await probeProviders(start);
    const available = others.filter((other) => other.provider !== provider && other.unavailable === undefined);
    throw new ModelError(
      `${(cause as Error).message}; choose ${['auto', ...available.map((other) => other.provider)].join(' or ')}`,
      { cause, code: PROVIDER_ERROR },
    );
  }
}

/**
 * Opens the model on every provider of this build of ONNX Runtime, each in a separate process because a driver may
 * crash it, and keeps the one with the shortest median run among those whose outputs are the CPU's. If only the CPU's
 * opens, it measures nothing.
 *
 * @param rowsInAnyOrder of the model's family
 */
export async function openFastest<P extends TrialProcess>(
  start: StartHost<P>,
  onLog: (message: string) => void,
  rowsInAnyOrder = false,
): Promise<{ host: OpenHost<P>; choice: ProviderChoice }> {
  const hosts: OpenHost<P>[] = [];
  for await (const { host, status } of openEach(start)) {
    if (host === undefined) onLog(`auto: ${status.provider} is unavailable: ${status.unavailable}`);
    else hosts.push(host);
  }
  if (hosts.length === 1) return { host: hosts[0], choice: { provider: hosts[0].provider, medianMs: {} } };

  const medianMs: Partial<Record<ActualProvider, number>> = {};
  let best = hosts[0];
  let giveUpAboveMs = Infinity;
  const cpuSample = await best.process.sample();
  for (const host of hosts) {
    const runsMs = await host.process.measure(TRIAL_RUNS, giveUpAboveMs);
    if (runsMs.length === 0) continue;
    const runMs = lowerMedian(runsMs);
    onLog(`auto: ${host.provider} takes ${runMs.toFixed(1)} ms per run`);
    if (host.provider === 'cpu') giveUpAboveMs = HOPELESS * runMs;
    if (host !== hosts[0] && runMs < (medianMs[best.provider] ?? Infinity)) {
      const objection = objectionTo(outputDifference(cpuSample, await host.process.sample(), rowsInAnyOrder));
      if (objection !== undefined) {
        onLog(`auto: ${host.provider} is not used, because it computes something else than the CPU: ${objection}`);
        continue;
      }
      best = host;
    }
    medianMs[host.provider] = runMs;
  }
  await Promise.all(hosts.filter((host) => host !== best).map(({ process }) => process.stop(STOP_DEADLINE_MS)));
  return { host: best, choice: { provider: best.provider, medianMs } };
}

/** @param difference of {@link outputDifference} */
function objectionTo(difference: number): string | undefined {
  if (difference <= MOST_DIFFERENCE) return undefined;
  return Number.isFinite(difference)
    ? `its outputs differ by ${(100 * difference).toFixed(0)} %`
    : 'its outputs are no numbers, or too few';
}

/**
 * Tries every provider of this build of ONNX Runtime; leaves no process running.
 * @throws the error that keeps the model from opening on the CPU
 */
export async function probeProviders<P extends TrialProcess>(start: StartHost<P>): Promise<ProviderStatus[]> {
  const statuses: ProviderStatus[] = [];
  for await (const { host, status } of openEach(start)) {
    await host?.process.stop(STOP_DEADLINE_MS);
    statuses.push(status);
  }
  return statuses;
}

/** The CPU first: it always opens, and its process lists the others worth trying. */
async function* openEach<P extends TrialProcess>(
  start: StartHost<P>,
): AsyncGenerator<{ host: OpenHost<P> | undefined; status: ProviderStatus }> {
  const cpu = await openHost('cpu', start);
  yield { host: cpu, status: { provider: 'cpu' } };
  for (const provider of cpu.ready.supportedProviders.filter((name) => name !== 'cpu')) {
    try {
      const host = await openHost(provider, start);
      const { placement } = host.ready;
      yield { host, status: { provider, ...(placement && { placement }) } };
    } catch (error) {
      yield { host: undefined, status: { provider, unavailable: (error as Error).message } };
    }
  }
}

/**
 * Starts a process and waits until its model is open.
 * @throws the error that prevented it, after the process has ended
 */
export async function openHost<P extends TrialProcess>(
  provider: ActualProvider,
  start: StartHost<P>,
): Promise<OpenHost<P>> {
  const process = start(provider);
  return { provider, process, ready: await process.opened };
}
