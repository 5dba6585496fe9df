import { lastOutputs } from '../../../../evaluation/pairing.js';
import type { StreamedRun } from '../../../../evaluation/streamed-run.js';
import type { Evaluated } from './save-frames.js';

/** Which frame the boxes are of that are current at a frame's time, and their age. */
export function ageNotes({ sequences }: StreamedRun, eta: number): NonNullable<Evaluated['note']> {
  const notes = sequences.map(({ outputs, frameTimesS }) => {
    const capturedS = frameTimesS(0);
    const last = lastOutputs(outputs.timesS, frameTimesS(eta));
    return (frame: number): string => {
      if (last[frame] < 0) return 'no output yet';
      const input = outputs.inputFrames[last[frame]];
      const ageMs = (capturedS[frame] - capturedS[input]) * 1000;
      return frame === input ? 'boxes of this frame' : `boxes of frame ${input + 1}, ${Math.round(ageMs)} ms old`;
    };
  });
  return (sequence, frame) => notes[sequence](frame);
}
