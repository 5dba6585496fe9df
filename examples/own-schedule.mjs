// A schedule of your own for the command line: nowcast run demo:7 --schedule ./own-schedule.mjs
// It also works in nowcast eval simulate, sweep and realtime.

/** Passes over the first three frames, until the camera has adjusted its exposure; then at most ten frames a second. */
export default {
  name: 'ten-a-second',
  // The memory of each stream before its first frame.
  initial: { passedOver: 0 },
  decide({ seq, lastRunSeq, intervalMs }, { passedOver }) {
    if (passedOver < 3) return { decision: 'drop', reason: 'exposure', memory: { passedOver: passedOver + 1 } };
    const sinceLastRunMs = (seq - lastRunSeq) * intervalMs;
    const isTooSoon = lastRunSeq >= 0 && sinceLastRunMs < 100;
    return { decision: isTooSoon ? 'drop' : 'run', reason: 'too soon', memory: { passedOver } };
  },
};
