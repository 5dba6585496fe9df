import { createRecorder } from '../../src/recording/recorder.js';
import { HEADER, perceptOf } from '../streaming/events.js';

/** Records percepts until it is killed, and reports its progress on stdout. */
const recorder = createRecorder(process.argv[2], HEADER, (error) => {
  throw error;
});
let seq = 0;
const step = (): void => {
  for (let i = 0; i < 20; i++) recorder.write(perceptOf(seq++));
  process.stdout.write(`${seq}\n`);
  setImmediate(step);
};
step();
