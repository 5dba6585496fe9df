import { trialCommand } from '../disturbance/trial.js';
import { soak } from './soak.js';

const ABOUT = `Runs the service on six cameras with zones and lines, kills, stops and cuts the cameras, the links, the decoders, the
detector, the server and its clients at random, and then checks what \`npm run chaos\` checks, and that the events are
those to which the recording leads, and that the metrics add up in every scrape.`;

await trialCommand('soak', ABOUT, soak);
