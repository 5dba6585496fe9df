import type { DetectorFamily } from '../family.js';
import { detr } from './detr/family.js';
import { yolox } from './yolox/family.js';

/** Every kind of detector, in the order in which a graph is shown to them. */
export const DETECTOR_FAMILIES: readonly DetectorFamily[] = [yolox, detr];
