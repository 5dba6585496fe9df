// Replays a recording, event by event, in real time. Usage: node replay.mjs run.jsonl [SPEED]
import { setTimeout as wait } from 'node:timers/promises';
import { readRecording } from 'nowcast';

const [path = 'run.jsonl', speed = '1'] = process.argv.slice(2);

/** When an event happened, on the recording's clock. */
function timeOf(event) {
  switch (event.type) {
    case 'percept':
      return event.times.emittedAtMs;
    case 'gap':
      return event.toMs;
    default:
      return event.atMs;
  }
}

const { header, events } = await readRecording(path, console.warn);
console.log(`${header.streams.join(', ')}, detected by ${header.model?.name}`);
const counts = {};
let lastMs;
for await (const event of events) {
  if (lastMs !== undefined) await wait(Math.max(0, timeOf(event) - lastMs) / Number(speed));
  lastMs = timeOf(event);
  const kind = event.type === 'drop' ? `drop (${event.reason})` : event.type;
  counts[kind] = (counts[kind] ?? 0) + 1;
}
console.log(counts);
