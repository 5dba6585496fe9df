/**
 * A program that opens a detector, reports it, keeps it busy, and waits to be killed. `host-life.integration.ts` runs
 * it.
 */
import { createProcessDetector } from '../../../src/model/host/process-detector.js';
import { pixelDetectorOptions, pixelPicture } from './pixel-detector.js';

const detector = await createProcessDetector(pixelDetectorOptions(process.argv[2]));
process.send!('ready');
for (;;) await detector.detect(pixelPicture(1));
