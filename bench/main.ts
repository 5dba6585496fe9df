import { printTable } from './table.js';

/** Each prints its tables; run one with `npm run bench -- NAME`. */
const BENCHES: Readonly<Record<string, () => Promise<{ readonly run: () => unknown }>>> = {
  pipeline: () => import('./pipeline.js'),
  overload: () => import('./overload.js'),
  evaluation: () => import('./evaluation.js'),
  forecast: () => import('./forecast.js'),
  tracks: () => import('./tracks.js'),
  training: () => import('./training.js'),
  originals: () => import('./originals.js'),
  'live-video': () => import('./live-video.js'),
  synth: () => import('./synth.js'),
  'demo-picture': () => import('./demo-picture.js'),
  serve: () => import('./serve.js'),
  'serve-picture': () => import('./serve-picture.js'),
  'camera-time': () => import('./camera-time/main.js'),
  floods: () => import('./floods/main.js'),
};

const words = process.argv.slice(2);
const firstOption = words.findIndex((word) => word.startsWith('--'));
// Options belong to the bench named last.
const names = firstOption < 0 ? words : words.slice(0, firstOption);
const unknown = names.find((name) => !(name in BENCHES));
if (unknown !== undefined || names.length === 0) {
  printTable(
    ['bench', 'how'],
    Object.keys(BENCHES).map((name) => [name, `npm run bench -- ${name}`]),
  );
  process.exitCode = unknown === undefined ? 0 : 2;
}
for (const name of names) {
  const bench = await BENCHES[name]?.();
  await bench?.run();
}
