import { ASSIGNERS } from '../../assign/assigners.js';
import type { LossSums } from '../../losses.js';
import { serve } from '../../threads/serve.js';
import { Replica } from './replica.js';
import type { ReplicaRequest, ReplicaStart } from './replica-messages.js';

await serve<ReplicaRequest, LossSums>(async (start: ReplicaStart) => {
  const { network, assigner, pictures, threads, parameters, runningStatistics, gradient, statistics } = start;
  const replica = await Replica.open(network, ASSIGNERS[assigner], pictures, threads);
  // ONNX Runtime accepts no shared memory.
  const weights = {
    parameters: new Float32Array(parameters.length),
    statistics: new Float32Array(runningStatistics.length),
  };
  return {
    answer: async ({ batch, l1 }) => {
      weights.parameters.set(parameters);
      weights.statistics.set(runningStatistics);
      const made = await replica.step(weights, batch, { l1 });
      gradient.set(made.gradient);
      statistics.set(made.statistics);
      return made.losses;
    },
    close: () => replica.close(),
  };
});
