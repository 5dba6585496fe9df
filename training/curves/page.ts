import { element, escaped, label, line, rect, tooltip, type Markup } from '../../evaluation/report/markup.js';
import { card, factList, figure, page, scrolling } from '../../evaluation/report/page.js';
import { barCell, number } from '../../evaluation/report/tables.js';
import type { StepReport, ValidationReport } from '../run-log.js';
import { binned, smoothed, type Bin } from './bins.js';
import { chart, curve, frame, legend, seenMost, type ChartOptions, type Frame } from './chart.js';
import { counted } from '../../src/core/counted.js';

export type CurvesInput = {
  readonly title: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly classNames: readonly string[];
  /** Ascending, each step once. */
  readonly steps: readonly StepReport[];
  readonly validations: readonly ValidationReport[];
};

/** Points of a curve; more are indistinguishable. */
const MOST_BINS = 240;
/** Number of bins on both sides over which curves are smoothed. */
const SMOOTHING = 6;
const WIDE = { width: 1000, height: 320 };
const NARROW = { width: 460, height: 280 };

/** The progress of a run, as one self-contained HTML file. */
export function renderCurves({ title, facts, classNames, steps, validations }: CurvesInput): string {
  const last = steps.at(-1);
  if (last === undefined)
    return page({
      title,
      subtitle: 'no step yet',
      headline: [],
      cards: [card('Run', '', factList(facts), true)],
      footer: FOOTER,
    });
  return page({
    title,
    subtitle: `${last.step} of ${counted(last.steps, 'step')}, ${last.step === last.steps ? 'finished' : `in epoch ${last.epoch}`}`,
    headline: headline(last, steps, validations),
    cards: [
      card(
        'Loss',
        'Of each step, with the range where a point stands for several; the strong line is smoothed.',
        scrolling(lossChart(steps)),
        true,
      ),
      card('Parts of the loss', '', partsChart(steps)),
      card('Validation', '', validationChart(validations, last.step)),
      card('Learning rate', '', rateChart(steps)),
      card('Run', '', factList(facts)),
      ...classCards(classNames, validations),
    ],
    footer: FOOTER,
  });
}

const FOOTER =
  'Losses are means per positive anchor, as in YOLOX; AP as pycocotools computes it, of the averaged weights. Made by Nowcast.';

function headline(last: StepReport, steps: readonly StepReport[], validations: readonly ValidationReport[]): Markup[] {
  const recent = steps.slice(-50);
  const best = validations.reduce<ValidationReport | undefined>(
    (found, each) => (found === undefined || each.ap > found.ap ? each : found),
    undefined,
  );
  return [
    ...(best === undefined
      ? []
      : [
          figure(number(best.ap), `best AP, after step ${best.step}`, true),
          figure(number(validations.at(-1)!.ap50), 'AP50 of the last validation'),
        ]),
    figure(
      (recent.reduce((sum, { loss }) => sum + loss, 0) / recent.length).toFixed(2),
      `loss, mean of ${counted(recent.length, 'step')}`,
      best === undefined,
    ),
    figure(last.lr.toPrecision(2), 'learning rate'),
    figure(`${Math.floor((100 * last.step) / last.steps)}%`, 'of the steps are done'),
  ];
}

function lossChart(steps: readonly StepReport[]): Markup {
  const bins = binned(steps, ({ loss }) => loss, MOST_BINS);
  const options: ChartOptions = {
    ...WIDE,
    lastStep: steps[steps.length - 1].step,
    most: seenMost(bins.map(({ high }) => high)),
  };
  const on = frame(options);
  const range = [
    ...bins.map(({ from, to, high }) => [(from + to) / 2, high] as const),
    ...bins.toReversed().map(({ from, to, low }) => [(from + to) / 2, low] as const),
  ];
  const area = element('polygon', {
    class: 'range',
    points: range.map(([step, value]) => `${on.x(step).toFixed(1)},${on.y(value).toFixed(1)}`).join(' '),
  });
  const readers = bins.map(({ from, to, mean, low, high }) =>
    rect(
      on.x(from - 1),
      on.top,
      Math.max(1, on.x(to) - on.x(from - 1)),
      on.bottom - on.top,
      'reader',
      tooltip(
        from === to
          ? `step ${from}: ${mean.toFixed(2)}`
          : `steps ${from} to ${to}: ${mean.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`,
      ),
    ),
  );
  return chart(
    'Loss',
    options,
    on,
    area,
    curve(
      on,
      middles(
        bins,
        bins.map(({ mean }) => mean),
      ),
      'curve raw',
    ),
    curve(on, middles(bins, smoothed(bins, SMOOTHING)), 'curve first'),
    closing(on, steps),
    ...readers,
  );
}

/** The step at which mosaic and MixUp end and the L1 loss begins. */
function closing({ x, top, bottom }: Frame, steps: readonly StepReport[]): Markup {
  const first = steps.find(({ l1 }) => l1 > 0);
  if (first === undefined || first === steps[0]) return '';
  const at = x(first.step);
  return line(at, top, at, bottom, 'marker') + label(at - 6, top + 10, 'closing epochs', 'tick', 'end');
}

const PARTS = [
  ['iou', 'first', 'IoU, times 5'],
  ['objectness', 'second', 'objectness'],
  ['classes', 'third', 'classes'],
  ['l1', 'fourth', 'L1'],
] as const;

function partsChart(steps: readonly StepReport[]): Markup {
  // A part with value 0 is omitted: L1 before the closing epochs.
  const curves = PARTS.map(([part, className, name]) => ({
    className,
    name,
    bins: binned(
      steps.filter((report) => report[part] > 0),
      (report) => report[part],
      MOST_BINS,
    ),
  })).filter(({ bins }) => bins.length > 0);
  const smooth = curves.map(({ bins }) => smoothed(bins, SMOOTHING));
  const options: ChartOptions = { ...NARROW, lastStep: steps[steps.length - 1].step, most: seenMost(smooth.flat()) };
  const on = frame(options);
  return (
    chart(
      'Parts of the loss',
      options,
      on,
      ...curves.map(({ bins, className }, i) => curve(on, middles(bins, smooth[i]), `curve ${className}`)),
      closing(on, steps),
    ) + legend(...curves.map(({ className, name }) => [className, name] as const))
  );
}

function validationChart(validations: readonly ValidationReport[], lastStep: number): Markup {
  if (validations.length === 0) return element('p', { class: 'empty' }, 'no validation yet');
  const shown = [
    ['first', 'AP', ({ ap }: ValidationReport) => ap],
    ['second', 'AP50', ({ ap50 }: ValidationReport) => ap50],
  ] as const;
  const options: ChartOptions = { ...NARROW, lastStep, most: Math.max(...validations.map(({ ap50 }) => ap50)) };
  const on = frame(options);
  const dots = validations.length <= 60;
  return (
    chart(
      'Validation',
      options,
      on,
      ...shown.flatMap(([className, name, valueOf]) => [
        curve(
          on,
          validations.map((each) => [each.step, valueOf(each)] as const),
          `curve ${className}`,
        ),
        ...(dots
          ? validations.map((each) =>
              element(
                'circle',
                { cx: on.x(each.step), cy: on.y(valueOf(each)), r: 3.5, class: `dot ${className}` },
                tooltip(`${name} after step ${each.step}: ${number(valueOf(each))}`),
              ),
            )
          : []),
      ]),
    ) + legend(...shown.map(([className, name]) => [className, name] as const))
  );
}

function rateChart(steps: readonly StepReport[]): Markup {
  const bins = binned(steps, ({ lr }) => lr, MOST_BINS);
  const options: ChartOptions = {
    ...NARROW,
    lastStep: steps[steps.length - 1].step,
    most: Math.max(...bins.map(({ high }) => high)),
    format: (value) => (value === 0 ? '0' : value < 1e-3 ? value.toExponential() : String(value)),
  };
  const on = frame(options);
  return chart(
    'Learning rate',
    options,
    on,
    curve(
      on,
      middles(
        bins,
        bins.map(({ mean }) => mean),
      ),
      'curve first',
    ),
  );
}

function classCards(classNames: readonly string[], validations: readonly ValidationReport[]): Markup[] {
  const last = validations.at(-1);
  if (last?.apPerClass === undefined) return [];
  const rows = classNames.map((name, k) => {
    const history = validations.map(({ apPerClass }) => apPerClass?.[k] ?? null).filter((ap) => ap !== null);
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, escaped(name)),
      barCell(last.apPerClass![k]),
      element('td', {}, number(history.length === 0 ? null : Math.max(...history))),
    );
  });
  return [
    card(
      'Classes',
      `AP of each class after step ${last.step}, and the best that it has had.`,
      element(
        'table',
        {},
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            element('th', { scope: 'col' }, 'class'),
            element('th', { scope: 'col', class: 'meter' }, 'AP'),
            element('th', { scope: 'col' }, 'best'),
          ),
        ),
        element('tbody', {}, ...rows),
      ),
      true,
    ),
  ];
}

function middles(bins: readonly Bin[], values: readonly number[]): (readonly [number, number])[] {
  return bins.map(({ from, to }, i) => [(from + to) / 2, values[i]] as const);
}
