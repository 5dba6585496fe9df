import { tryFile } from '../../../files/try-place.js';
import { createRecorder } from '../../../recording/recorder.js';
import { OUTPUT_SECTION } from '../output-section.js';
import { sinkKind } from '../sink-kind.js';

export const recordingKind = sinkKind({
  name: 'recording',
  section: OUTPUT_SECTION,
  keys: {
    record: {
      type: 'file',
      flag: '--record <file.jsonl>',
      description: 'Record every event as JSON lines.',
      allowed: 'a file to write',
    },
  },
  prepare: ({ record = '' }) => tryFile('output.record (--record)', record),
  open({ record: path = '' }, { header, onFailure }) {
    return Promise.resolve({ ...createRecorder(path, header, onFailure), files: [path] });
  },
});
