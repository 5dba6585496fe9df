export { COCO_MAPPING, SYNTH_CLASSES, type SynthClass } from './classes.js';
export { drawConditions, TIMES_OF_DAY, WEATHERS, type Conditions, type TimeOfDay, type Weather } from './conditions.js';

// A drive step by step: the scene, its picture and its annotations.
export { createDrive, type Drive, type DriveOptions } from './drive.js';
export type { Scene } from './scene.js';
export { createPainter, type Painter } from './draw/painter.js';
export { annotate, type Annotation } from './annotate.js';

// A drive that is drawn while it plays.
export { LiveDrive, type LiveDriveOptions } from './live/live-drive.js';
export type { DrawingDetail, DriveStart } from './live/drive-messages.js';

// A data set on disk.
export { writeDataset, type DatasetOptions, type DatasetSummary, type VideoOutput } from './write-dataset.js';
export { argoverseJson, type AnnotatedSequence } from './dataset.js';
