import type { OutcomeMessage, PageMessage, RunMessage } from '../page-messages.js';
import { AccuracyPanel } from './accuracy-panel.js';
import { ageText, Answers, type Answer } from './answers.js';
import { Magnifier } from './magnifier.js';
import { subscribe } from './feed.js';
import { FramesPanel } from './frames-panel.js';
import { LatencyPanel } from './latency-panel.js';
import { Layers } from './layers.js';
import { showOutcome, showScoring } from './outcome.js';
import { canvas, element } from './page.js';
import { Notice } from './notice.js';
import { paintBox, paintNames, sharp, type LayerName } from './paint.js';
import { pictures, type SentPicture } from './pictures.js';
import { RecentAges } from './recent-ages.js';
import { SlowSwitch } from './slow-switch.js';
import { WorldMotion } from './world-motion.js';

/** Boxes with lower scores count for AP, but are not drawn. */
const MIN_SCORE = 0.35;
/** Interval of number updates, so that numbers stay readable. */
const UPDATE_EVERY_MS = 300;

/** The server sends several messages a second. */
const QUIET_AFTER_MS = 6000;

const ended = new AbortController();
const notice = new Notice();
const ages = new RecentAges();
const answers = new Answers();
const magnifier = new Magnifier();
const motion = new WorldMotion();
const latency = new LatencyPanel(element('latency'));
const accuracy = new AccuracyPanel(element('accuracy'));
const frames = new FramesPanel(element('frames'));
const slow = new SlowSwitch(element('slow'));
const layers = new Layers<LayerName | 'hold'>(element('layers'), () => paint());
/** The newest moment on the server's clock in any message, in Unix milliseconds. */
let newestAtMs = 0;
/** On the page's own clock. */
let heardAtMs = performance.now();
let shown: { readonly picture: SentPicture; readonly known: Answer | undefined } | undefined;

/** Redraws the screen: another picture came, a layer was toggled, or the window changed its size. */
function paint(): void {
  if (shown === undefined) return;
  const { picture, known } = shown;
  // One canvas for all: without a GPU, every blended layer costs time.
  const { context, width, height } = sharp(canvas('picture'));
  context.drawImage(picture.image, 0, 0, width, height);
  const view = { x: 0, y: 0, scale: width / picture.image.width };
  if (layers.isOn('truth')) for (const { box } of picture.facts.truth) paintBox(context, view, box, 'truth');
  if (known === undefined) return;
  if (layers.isOn('observed'))
    for (const { observed } of known.objects)
      if (observed !== undefined) paintBox(context, view, observed.box, 'observed');
  if (layers.isOn('forecast'))
    for (const { forecast } of known.objects)
      if (forecast !== undefined) paintBox(context, view, forecast.box, 'forecast');
  const named = layers.isOn('forecast') ? 'forecast' : 'observed';
  if (layers.isOn(named))
    paintNames(
      context,
      view,
      known.objects.flatMap((boxes) => boxes[named] ?? []),
      named,
    );
  if (picture.facts.seq % 2 === 0 || layers.isOn('hold'))
    magnifier.show(picture, known, motion.since(known.seq), layers.isOn);
}

function updateTexts(): void {
  if (shown === undefined || layers.isOn('hold')) return;
  const { known } = shown;
  latency.draw(newestAtMs);
  accuracy.draw(newestAtMs);
  if (known === undefined) return;
  magnifier.updateTexts();
  // Without new pictures, the newest answer ages on.
  const age = ages.typicalAt(newestAtMs) ?? answers.at(newestAtMs);
  if (age !== undefined) element('age').textContent = ageText(age.ageMs, age.uncertaintyMs);
  const most = Math.round(Math.max(0, ...motion.since(known.seq).values()));
  element('moved-text').hidden = most < 1;
  element('moved').textContent = `${most} pixel${most === 1 ? '' : 's'}`;
}

function introduce(run: RunMessage): void {
  const { model, input, provider, threads, schedule, budgetMs, forecaster, fps, seed, conditions } = run;
  document.body.classList.toggle('no-forecast', forecaster === null);
  latency.budgetMs = budgetMs;
  element('facts').textContent = [
    `${model} at ${input} on ${provider}, ${threads} thread${threads === 1 ? '' : 's'}`,
    schedule,
    budgetMs === null ? 'no budget' : `budget ${budgetMs} ms`,
    forecaster === null ? 'no forecast' : `forecast: ${forecaster}`,
    `synthetic drive ${seed} at ${fps} fps: ${conditions}`,
  ].join('  ·  ');
}

/** All figures are those of the summary from here on. */
function finish(outcome: OutcomeMessage): void {
  const { frames: received, percepts, drops, latencyMs, attribution, windowS } = outcome;
  showOutcome(outcome);
  if (percepts > 0) latency.finish(latencyMs.p50);
  if (attribution !== null) accuracy.finish(attribution, windowS);
  frames.show({ received, percepts, drops });
  slow.hide();
  events.close();
  ended.abort();
}

function handle(message: PageMessage): void {
  switch (message.type) {
    case 'run':
      introduce(message);
      break;
    case 'slowed':
      slow.show(message);
      break;
    case 'drawing':
      notice.isStarving = message.isStarving;
      break;
    case 'score':
      newestAtMs = Math.max(newestAtMs, message.at);
      accuracy.scored(message);
      break;
    case 'scoring':
      notice.enter('scoring');
      showScoring(message);
      break;
    case 'outcome':
      notice.enter('done');
      finish(message);
      break;
  }
}

const events = new EventSource('events');
events.onmessage = ({ data }) => {
  heardAtMs = performance.now();
  handle(JSON.parse(String(data)) as PageMessage);
};

subscribe({ kinds: ['percept', 'drop', 'stats'], minScore: MIN_SCORE }, ended.signal, {
  onMessage: (message) => {
    heardAtMs = performance.now();
    if (message.type === 'percept') {
      newestAtMs = Math.max(newestAtMs, message.times.emittedAt);
      answers.push(message);
      latency.answered(message);
    } else if (message.type === 'drop') latency.dropped(message);
    else if (message.type === 'stats') frames.count(message);
  },
  onClose: () => notice.enter('lost'),
});

setInterval(() => {
  updateTexts();
  const isQuiet = performance.now() - heardAtMs > QUIET_AFTER_MS;
  if (notice.phase === 'live' && isQuiet) notice.enter('quiet');
  else if (notice.phase === 'quiet' && !isQuiet) notice.enter('live');
}, UPDATE_EVERY_MS);
new ResizeObserver(paint).observe(element('screen'));

for await (const picture of pictures(ended.signal)) {
  heardAtMs = performance.now();
  if (notice.phase !== 'scoring') notice.enter('live');
  if (layers.isOn('hold')) continue;
  newestAtMs = Math.max(newestAtMs, picture.facts.capturedAt);
  motion.push(picture.facts);
  const before = shown?.picture.image;
  const known = answers.at(picture.facts.capturedAt);
  if (known !== undefined) ages.push({ ...known, atMs: picture.facts.capturedAt });
  shown = { picture, known };
  paint();
  before?.close();
}
