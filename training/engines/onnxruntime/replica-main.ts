import { parentPort, workerData } from 'node:worker_threads';
import { ASSIGNERS } from '../../assign/assigners.js';
import { Replica } from './replica.js';
import type { FromReplica, ReplicaStart, ToReplica } from './replica-messages.js';

const { network, assigner, pictures, threads, parameters, runningStatistics, gradient, statistics } = workerData as ReplicaStart;
const port = parentPort!;
const send = (message: FromReplica): void => port.postMessage(message);

try {
  const replica = await Replica.open(network, ASSIGNERS[assigner], pictures, threads);
  // ONNX Runtime takes no shared memory.
  const weights = { parameters: new Float32Array(parameters.length), statistics: new Float32Array(runningStatistics.length) };
  const step = async ({ batch, l1 }: Extract<ToReplica, { type: 'step' }>): Promise<void> => {
    weights.parameters.set(parameters);
    weights.statistics.set(runningStatistics);
    const made = await replica.step(weights, batch, { l1 });
    gradient.set(made.gradient);
    statistics.set(made.statistics);
    send({ type: 'done', losses: made.losses });
  };
  const close = async (): Promise<void> => {
    await replica.close();
    port.close();
  };
  // One after the other: a session that is released while it runs would take the process with it.
  let last = Promise.resolve();
  port.on('message', (message: ToReplica) => {
    last = last.then(() => (message.type === 'step' ? step(message) : close())).catch(fail);
  });
  send({ type: 'ready' });
} catch (error) {
  fail(error);
}

function fail(error: unknown): void {
  send({ type: 'failed', message: error instanceof Error ? error.stack ?? error.message : String(error) });
}
