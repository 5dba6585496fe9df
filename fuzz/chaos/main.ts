import { trialCommand } from '../disturbance/trial.js';
import { chaos } from './chaos.js';

const ABOUT = `Runs the command on a camera and a file, kills, stops and cuts the camera, the link, the decoders, the detector and the
viewers at random, and then checks that every frame has one outcome, that every hole has a gap, that the counts add up,
and that neither descriptors nor memory grew.`;

await trialCommand('chaos', ABOUT, chaos);
