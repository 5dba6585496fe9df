import { quantile } from '../src/core/quantile.js';
import type { CocoEvaluation } from './coco-ap.js';
import { confusionMatrix, DEFAULT_CONFUSION, type ConfusionThresholds } from './confusion.js';
import type { GroundTruth } from './ground-truth.js';
import { confusionTable } from './report/confusion.js';
import { precisionRecall } from './report/curves.js';
import { latencyHistogram, mismatchHistogram } from './report/histogram.js';
import { element, escaped, type Markup } from './report/markup.js';
import { card, factList, figure, page, scrolling } from './report/page.js';
import { classTable, number, statsTable } from './report/tables.js';
import { timeline } from './report/timeline.js';
import { waterfall } from './report/waterfall.js';
import type { StreamingScore } from './score.js';
import { latenciesMs, type StreamedRun } from './streamed-run.js';
import { counted } from '../src/core/counted.js';

export type ReportInput = {
  readonly title: string;
  /** The inputs and settings of the evaluation, by name: files, schedule, frame rate… */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly truth: GroundTruth;
  readonly evaluation: CocoEvaluation;
  readonly confusion?: ConfusionThresholds;
  /** Where time counted. */
  readonly streaming?: { readonly run: StreamedRun; readonly score: StreamingScore; readonly eta: number };
};

/** More sequences than this make the file large without use. */
const MAX_TIMELINES = 12;

/** An evaluation as one self-contained HTML file: drawings are inline, light or dark as the reader prefers. */
export function renderReport(input: ReportInput): string {
  const { title, facts, truth, evaluation, streaming, confusion = DEFAULT_CONFUSION } = input;
  const { limits } = evaluation.scored.matcher.detections;
  const cards = [
    streaming?.score.attribution === undefined
      ? ''
      : card(
          'Where AP is lost',
          'Each step replays the same run with one thing changed; the steps add up.',
          scrolling(waterfall(streaming.score.attribution)),
          true,
        ),
    ...(streaming === undefined ? [] : streamingCards(truth, streaming)),
    card('Precision and recall', '', precisionRecall(evaluation.accumulated, truth.classes)),
    card(
      "COCO's twelve numbers",
      'Small is below 32², large above 96² pixels.',
      statsTable(evaluation.stats, limits) + factList(facts),
    ),
    card('Classes', '', scrolling(classTable(truth, evaluation)), true),
    card(
      'Confusion',
      `Rows: annotated as. Columns: detected as, with a score of at least ${confusion.score} and an IoU of at least ${confusion.iou}. Last column: not found. Last row: nothing was there.`,
      scrolling(
        confusionTable(
          truth.classes.map(({ name }) => name),
          confusionMatrix(evaluation.scored, confusion),
        ),
      ),
      true,
    ),
  ];
  return page({
    title,
    subtitle: subtitle(input),
    headline: headline(input),
    cards,
    footer:
      'AP as pycocotools computes it; streaming AP as in Li, Wang and Ramanan, “Towards Streaming Perception” (2020). Made by Nowcast.',
  });
}

function subtitle({ truth, streaming }: ReportInput): string {
  const frames = `${truth.images.length} ${streaming === undefined ? 'images' : `frames in ${truth.sequences.length} ${truth.sequences.length === 1 ? 'sequence' : 'sequences'}`}`;
  return `${frames}, ${counted(truth.objects.image.length, 'object')} of ${counted(truth.classes.length, 'class', 'classes')}`;
}

function headline({ evaluation, streaming }: ReportInput): Markup[] {
  const { stats } = evaluation;
  if (streaming === undefined)
    return [
      figure(number(stats.AP), 'AP', true),
      figure(number(stats.AP50), 'AP50'),
      figure(number(stats.AP75), 'AP75'),
      figure(number(stats.AR100), `AR${evaluation.scored.matcher.detections.limits[2]}`),
    ];
  const {
    run,
    score: {
      streamed: { pairing },
      attribution,
    },
  } = streaming;
  const latencies = latenciesMs(run);
  const held = pairing.frames - pairing.miss;
  const runs = run.sequences.reduce((count, sequence) => count + sequence.runs.length, 0);
  return [
    figure(number(stats.AP), 'streaming AP', true),
    ...(attribution === undefined ? [] : [figure(number(attribution.offlineAP), 'offline AP')]),
    figure(held === 0 ? '–' : (pairing.mismatch / held).toFixed(2), 'frames behind, on average'),
    figure(
      latencies.length === 0 ? '–' : `${quantile(latencies, 0.5).toFixed(0)} ms`,
      latencies.length === 0
        ? 'median latency'
        : `median latency; one in a hundred takes ${quantile(latencies, 0.99).toFixed(0)} ms`,
    ),
    figure(`${Math.round((100 * runs) / pairing.frames)}%`, `of frames detected on (${runs} of ${pairing.frames})`),
  ];
}

function streamingCards(
  truth: GroundTruth,
  { run, score: { streamed }, eta }: NonNullable<ReportInput['streaming']>,
): Markup[] {
  const { mismatches, pairing } = streamed;
  const shown = truth.sequences.slice(0, MAX_TIMELINES);
  const menu = element(
    'label',
    { class: 'menu' },
    'of ',
    element(
      'select',
      { 'data-menu': 'views', 'aria-label': 'Sequence' },
      ...shown.map(({ name }, s) => element('option', { value: String(s) }, escaped(name))),
    ),
  );
  const key = (className: string, name: string): Markup => element('span', { class: `key ${className}` }, name);
  return [
    card(
      'Timeline',
      'Frames as they were captured, the runs that saw them, and how many frames behind the output was that each frame was held against.',
      menu +
        shown
          .map((_, s) =>
            element(
              'div',
              { 'data-view': String(s), class: s === 0 ? undefined : 'hidden' },
              timeline(run.sequences[s], eta),
            ),
          )
          .join('') +
        element(
          'div',
          { class: 'legend' },
          key('first dot', 'frame that ran'),
          key('dropped dot', 'dropped'),
          key('first', 'run, with its frame'),
          key('output out', 'output'),
        ),
      true,
    ),
    card('Latency', '', latencyHistogram(latenciesMs(run))),
    card('Age of outputs', '', mismatchHistogram(mismatches, pairing.miss)),
  ];
}
