import { basename } from 'node:path';
import { matchClasses } from '../../../evaluation/class-mapping.js';
import type { GroundTruth } from '../../../evaluation/ground-truth.js';
import type { PerceptEvent } from '../../core/events.js';
import { sizeText } from '../../core/size.js';
import { cocoCategoryIds, LABEL_SETS } from '../../model/labels.js';
import type { CocoNumbering } from '../../streaming/sinks/coco/coco-results.js';
import type { Log } from '../context.js';
import { loadGroundTruth } from '../evaluate/inputs.js';

/**
 * The ids of a run's COCO results: those of a data set, or numbers of the run's own.
 * @param annotations file of the data set
 * @throws UsageError or DataError if the file cannot be read, or has no class of the model
 */
export function cocoNumbering(classNames: readonly string[], annotations: string | undefined, log: Log): CocoNumbering {
  if (annotations === undefined) return ownNumbering(classNames, log);
  const truth = loadGroundTruth({ annotations }, 'video', log);
  const { mapping, warnings } = matchClasses(classNames, truth);
  for (const warning of warnings) log.warn(`${annotations}: ${warning}`);
  const imageOf = imageFinder(truth);
  const told = new Set<string>();
  const warnOnce = (kind: string, message: string): void => {
    if (!told.has(kind)) log.warn(message);
    told.add(kind);
  };
  return {
    imageId(percept) {
      const { file, seq, width, height } = percept;
      const name = file ?? `frame ${seq}`;
      const image = imageOf(percept);
      if (image === undefined) {
        warnOnce('stranger', `${name} is no image of ${annotations}; the COCO results leave out what is not in it`);
        return undefined;
      }
      const { id, size } = truth.images[image];
      if (size === undefined || (size.width === width && size.height === height)) return id;
      warnOnce(
        'size',
        `${name} has ${width}x${height} pixels, and ${annotations} describes ${sizeText(size)}; the COCO results leave out such pictures, because boxes of the two do not compare`,
      );
      return undefined;
    },
    categoryId: (classId) => truth.classes[mapping[classId]]?.id,
  };
}

/** COCO numbers its 80 classes from 1 to 90; other class sets are numbered as they are. */
function ownNumbering(classNames: readonly string[], log: Log): CocoNumbering {
  const isCoco = LABEL_SETS.coco.every((name, id) => classNames[id] === name);
  const classes = isCoco ? 'classes have the ids of COCO' : "classes are numbered from 0 in the model's order";
  log.info(
    `COCO results: images are numbered from 0 in the order of the frames, ${classes}; --annotations takes both from a data set`,
  );
  return {
    imageId: ({ seq }) => seq,
    categoryId: (classId) => (isCoco ? cocoCategoryIds[classId] : classId),
  };
}

/** Pictures by their file's name, with or without folders; frames of a video by their number. */
function imageFinder({ images, sequences }: GroundTruth): (percept: PerceptEvent) => number | undefined {
  const byPath = new Map<string, number>();
  const byName = new Map<string, number | undefined>();
  images.forEach(({ name }, index) => {
    const path = withSlashes(name);
    byPath.set(path, index);
    byName.set(basename(path), byName.has(basename(path)) ? undefined : index);
  });
  return ({ file, seq, streamId }) => {
    if (file !== undefined) return byPath.get(withSlashes(file)) ?? byName.get(basename(withSlashes(file)));
    const sequence = sequences.length === 1 ? sequences[0] : sequences.find(({ name }) => name === streamId);
    return sequence?.images[seq];
  };
}

function withSlashes(path: string): string {
  return path.replaceAll('\\', '/').replace(/^\.\//, '');
}
