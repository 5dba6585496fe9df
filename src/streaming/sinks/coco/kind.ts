import { aboutKeys } from '../../../core/error-key.js';
import { UsageError } from '../../../core/errors.js';
import { AS_STATED, changesPicture } from '../../../core/view.js';
import { tryFile } from '../../../files/try-place.js';
import { createCocoResultsOfRun } from './coco-results.js';
import { selectionOf } from '../../sources/selection.js';
import { checkOneSource, OUTPUT_SECTION } from '../output-section.js';
import { sinkKind } from '../sink-kind.js';

export const cocoKind = sinkKind({
  name: 'coco',
  onOtherSettings: 'restart',
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
        'Data set whose ids of images and classes the COCO results take: images by file name or number of the frame, classes by name. Pictures of another size than it states are left out with a warning. Not with `start`.',
      allowed: 'a COCO file',
      defaultRule: 'numbers from 0',
    },
  },
  check({ coco, annotations }, sources) {
    if (coco === undefined)
      throw new UsageError(
        'output.annotations (--annotations) gives ids to COCO results, but output.coco (--coco) names no file for them; add it',
      );
    checkOneSource('output.coco (--coco)', sources);
    const [source] = sources;
    if (annotations !== undefined && (selectionOf(source?.settings ?? {}).startMs ?? 0) > 0)
      throw new UsageError(
        `output.annotations (--annotations) finds the images of ${source.id} by the numbers of its frames, which are not known from start (--start) on; leave out one of the two`,
      );
  },
  prepare: ({ coco = '' }) => tryFile('output.coco (--coco)', coco),
  open({ coco: path = '', annotations }, { cocoNumbering, sources: [source], onFailure, onWarning }) {
    if (annotations !== undefined && changesPicture(selectionOf(source.settings).view ?? AS_STATED))
      onWarning(
        'the boxes of the COCO results are in the pixels that aspect, rotate and crop give; the annotations must describe these pictures, too',
      );
    const results = createCocoResultsOfRun(
      path,
      aboutKeys(['output.annotations'], () => cocoNumbering(annotations)),
      onFailure,
    );
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
