import type { Answer } from '../../../streaming/http/answer.js';
import { problem, Problem, type Content } from './route.js';

/** The description of the answer about a camera that there is not. */
export const NO_CAMERA: Content = { description: 'There is no such camera.', schema: Problem };

export const noCamera = (): Answer => problem(404, 'there is no such camera; /api/cameras lists them');
