import { createCocoResults } from './coco-results.js';
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
  },
  check: (_, sources) => checkOneSource('output.coco (--coco)', sources),
  open({ coco: path = '' }, { categoryId, onFailure }) {
    return Promise.resolve({
      ...createCocoResults(path, { imageId: ({ seq }) => seq, categoryId }, onFailure),
      files: [path],
    });
  },
});
