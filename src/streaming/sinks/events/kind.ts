import { UsageError } from '../../../core/errors.js';
import { tryFile } from '../../../files/try-place.js';
import { toUs } from '../../../recording/microseconds.js';
import { OUTPUT_SECTION } from '../output-section.js';
import { sinkKind } from '../sink-kind.js';
import { createSceneEventFile } from './scene-event-file.js';

export const eventsKind = sinkKind({
  name: 'events',
  section: OUTPUT_SECTION,
  keys: {
    events: {
      type: 'file',
      flag: '--events <file.jsonl>',
      description:
        'Write objects, crossings of lines and counts as JSON lines; for sources with zones, lines or objects.',
      allowed: 'a file to write',
    },
  },
  check(_, sources) {
    if (!sources.some(({ hasScene }) => hasScene))
      throw new UsageError(
        'output.events (--events) takes what happens in zones, at lines and with objects, but no source has any of them; add --zones FILE.yaml, or zones, lines or objects under cameras.<name>',
      );
  },
  prepare: ({ events = '' }) => tryFile('output.events (--events)', events),
  open({ events: path = '' }, { header, wallClock, onFailure }) {
    const file = createSceneEventFile(path, header, () => toUs(wallClock.toUnixMs(0)), onFailure);
    return Promise.resolve({
      write: () => undefined,
      writeScene: (event) => file.write(event),
      close: () => file.close(),
      files: [path],
    });
  },
});
