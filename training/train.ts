import { openLoader, type Loader } from './data/loader.js';
import { readAhead } from './data/read-ahead.js';
import { createNetwork } from './network/variants.js';
import type { TrainOptions, TrainSummary } from './train-options.js';
import { isDivergence, TrainingRun } from './training-run.js';

export type { TrainOptions, TrainSummary } from './train-options.js';

/** Number of steps between updates of the curves. */
const DRAW_EVERY = 100;

/**
 * Trains a network. The same configuration and data give the same run, even if it was stopped and resumed. If it cannot
 * continue, its current state is kept as `last.safetensors`.
 * @throws NowcastError with the code `NOWCAST_DIVERGED` if the loss becomes NaN or infinite; then the state at the end
 * of the last epoch is kept
 */
export async function train(options: TrainOptions): Promise<TrainSummary> {
  const { config, train: dataSet, signal, onWarning } = options;
  const network = createNetwork(config.variant, dataSet.classNames.length);
  const run = new TrainingRun(options, network);
  const engine = await options.openEngine(network);
  let loader: Loader | undefined;
  try {
    loader = await openLoader({
      ...config,
      pictures: dataSet.pictures,
      closingStep: run.closingStep,
      threads: options.loaders,
      keepBytes: options.keepBytes,
      onSkip: onWarning,
    });
    // The run may have been stopped during a validation.
    await run.validateIfDue();
    for await (const batch of readAhead(loader.make, run.step, run.steps, options.loaders + 1)) {
      if (signal.aborted) break;
      run.update(batch, await engine.step(run.weights, batch, { l1: run.step >= run.closingStep }));
      if (run.step % DRAW_EVERY === 0) run.draw();
      if (run.isEpochEnd) run.save();
      await run.validateIfDue();
    }
    run.saveIfNewer();
    run.draw();
  } catch (error) {
    if (!isDivergence(error)) run.rescue();
    throw error;
  } finally {
    await loader?.close();
    await engine.close();
  }
  return { engine: engine.name, ...run.summary() };
}
