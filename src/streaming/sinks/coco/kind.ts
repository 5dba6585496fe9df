import { UsageError } from '../../../core/errors.js';
import { createCocoResultsOfRun } from './coco-results.js';
import { checkOneSource, OUTPUT_SECTION } from '../output-section.js';
import { sinkKind } from '../sink-kind.js';

export const cocoKind = sinkKind({
  name: 'coco',
  section: OUTPUT_SECTION,
  keys: {
    coco: {
      type: 'file',
      flag: '--coco <file.json>',
      description: 'Write the detections as COCO results; one source only.',
      allowed: 'a file to write',
    },
    annotations: {
      type: 'file',
      flag: '--annotations <file.json>',
      description:
        'Data set whose ids of images and classes the COCO results take: images by file name or number of the frame, classes by name.',
      allowed: 'a COCO file',
      defaultRule: 'numbers from 0',
    },
  },
  check({ coco }, sources) {
    if (coco === undefined)
      throw new UsageError(
        'output.annotations (--annotations) gives ids to COCO results, but output.coco (--coco) names no file for them; add it',
      );
    checkOneSource('output.coco (--coco)', sources);
  },
  open({ coco: path = '', annotations }, { cocoNumbering, onFailure }) {
    const results = createCocoResultsOfRun(path, cocoNumbering(annotations), onFailure);
    return Promise.resolve({
      write: (event) => results.write(event),
      close: () => results.close(),
      finish() {
        results.finish();
        return Promise.resolve();
      },
      dispose() {
        results.discard();
        return Promise.resolve();
      },
      files: [path],
    });
  },
});
