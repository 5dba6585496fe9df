import { trialCommand } from '../disturbance/trial.js';
import { soak } from './soak.js';

const ABOUT = `Runs the service on six cameras with zones and lines, one of them with a second stream for recordings; kills, stops and
cuts the cameras, the links, the decoders, the detector, the server, its clients, the broker and the receiver of the
webhook at random; fills the disk of clips, reloads, and turns switches. Then it checks what \`npm run chaos\` checks, that
the events are those to which the recording leads, that each of them reached the webhook or counts as lost, that the
folder of recordings keeps its limit, that switches are as the broker shows them, and that the metrics add up in every
scrape.`;

await trialCommand('soak', ABOUT, soak);
