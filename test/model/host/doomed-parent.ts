/**
 * A program that opens a detector, says so, keeps it busy, and waits to be killed. Run by `host-life.integration.ts`.
 */
import { createProcessDetector } from '../../../src/model/host/process-detector.js';
import { pixelDetectorOptions, pixelPicture } from './pixel-detector.js';

const detector = await createProcessDetector(pixelDetectorOptions(process.argv[2]));
process.send!('ready');
for (;;) await detector.detect(pixelPicture(1));
