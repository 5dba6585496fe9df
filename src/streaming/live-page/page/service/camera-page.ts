import { FramesPanel } from '../frames-panel.js';
import { LatencyPanel } from '../latency-panel.js';
import { Layers } from '../layers.js';
import { element, newElement } from '../page.js';
import type { Drop, Percept } from '../feed.js';
import type { CameraRules } from './api.js';
import { KEPT_MS, type CameraModel } from './camera-model.js';
import { CameraSwitches } from './camera-switches.js';
import { drawTimeline } from './drop-timeline.js';
import { EventList } from './event-list.js';
import { healthTexts, shortDuration } from './health.js';
import { LiveView, type BoxLayer } from './live-view.js';
import { Past } from './past.js';
import { Scrubber } from './scrubber.js';
import { shapesOf } from './shapes.js';
import { sayOf } from './tile.js';
import { ZoneEditor } from './zone-editor.js';

type Switch = BoxLayer | 'zones' | 'edit';

/** One camera at full size: video, boxes, zones, events and health. */
export class CameraPage {
  readonly view: LiveView;
  readonly #model: CameraModel;
  readonly #layers: Layers<Switch>;
  readonly #editor: ZoneEditor;
  readonly #events: EventList;
  readonly #switches: CameraSwitches;
  readonly #scrubber: Scrubber;
  readonly #latency = new LatencyPanel(element('latency'));
  readonly #frames = new FramesPanel(element('frames'));
  readonly #ended = new AbortController();
  #rules: CameraRules | undefined;
  #recordState: string | undefined;

  /** @param role of whoever looks at it */
  constructor(model: CameraModel, role: string | undefined) {
    this.#model = model;
    // Its keys would otherwise act for every camera that was ever shown.
    const toolbar = element('layers');
    toolbar.replaceWith(toolbar.cloneNode(true));
    this.#layers = new Layers<Switch>(element('layers'), () => this.#switched(), this.#ended.signal);
    this.view = new LiveView({ model, keptMs: KEPT_MS, isShown: (layer) => this.#layers.isOn(layer) });
    this.#editor = new ZoneEditor(model.name);
    this.view.element.append(this.#editor.layer.element);
    element('stage').replaceChildren(this.view.element);
    element('camera-name').textContent = model.name;
    this.#events = new EventList(element('events'), model.name);
    this.#switches = new CameraSwitches(element('switches'), model.name, role);
    this.#scrubber = new Scrubber(this.view, new Past(model.name), this.#ended.signal);
    element('frames').querySelector('.stack')!.replaceChildren();
    this.#switched();
  }

  wake(isAwake: boolean): void {
    if (isAwake) this.view.start();
    else this.view.stop();
  }

  answered(percept: Percept): void {
    this.#latency.answered(percept);
    this.view.answered(percept.ptsMs);
  }

  dropped(drop: Drop): void {
    this.#latency.dropped(drop);
  }

  update(nowMs: number): void {
    const model = this.#model;
    const { rules, budgetMs } = model;
    this.#latency.budgetMs = budgetMs ?? null;
    if (rules !== undefined && rules !== this.#rules) this.#editor.configured(shapesOf(rules));
    this.#rules = rules;
    const { size } = model.percepts.newest ?? {};
    if (size !== undefined) this.view.element.style.setProperty('--ratio', (size.width / size.height).toFixed(4));
    this.view.say(sayOf(model, this.view));
    this.#scrubber.update();
    this.#latency.draw(nowMs);
    drawTimeline(element('timeline').querySelector('.chart')!, model, nowMs);
    const { stats, facts } = model;
    if (stats !== undefined) this.#frames.show(stats);
    const texts = healthTexts(model, nowMs);
    const { record } = facts ?? {};
    this.view.isFull = record !== undefined;
    if (record?.state === 'streaming' && this.#recordState !== 'streaming') this.view.restarted();
    this.#recordState = record?.state;
    const { form, why } = this.view.element.dataset;
    const behind = `${shortDuration(this.view.delayMs)} behind, so that boxes and picture agree`;
    element('form').textContent =
      form === 'pictures'
        ? `The detector's own pictures, because ${why === '' ? 'there is no video' : why!}.`
        : record !== undefined && form === 'video' && why !== ''
          ? `The camera's small stream, ${behind}: the large one is not shown, because ${why!}.`
          : `The camera's own video, ${behind}.`;
    element('health').replaceChildren(
      ...[
        ['state', facts === undefined ? '–' : facts.isUp ? 'streaming' : facts.why],
        ['source', facts?.source ?? '–'],
        ...(record === undefined ? [] : [['to record', `${record.source}, ${record.state}`]]),
        ['picture', size === undefined ? '–' : `${size.width}×${size.height}`],
        ['percepts', `${texts.fps} a second`],
        ['newest', `${texts.age} old`],
        ['latency p50 / p99', texts.latency],
        ['connection', texts.losses],
      ].flatMap(([name, value]) => [newElement('dt', '', name), newElement('dd', '', value)]),
    );
    element('counts').replaceChildren(
      ...model.counts
        .filter(({ present }) => present > 0)
        .map(({ zone, class: name, present }) =>
          newElement(
            'li',
            '',
            newElement('b', '', String(present)),
            ` ${name}${zone === undefined ? '' : ` in ${zone}`}`,
          ),
        ),
    );
    element('crossings').replaceChildren(
      ...Object.entries(facts?.crossings ?? {}).flatMap(([line, directions]) =>
        Object.entries(directions).map(([direction, total]) =>
          newElement('li', '', newElement('b', '', String(total)), ` ${direction} at ${line}`),
        ),
      ),
    );
    this.#switches.update(this.#ended.signal).catch(() => undefined);
    this.#events.update(model.notes, rules?.followsObjects === true, this.#ended.signal).catch(() => undefined);
  }

  close(): void {
    this.#ended.abort();
    this.#events.close();
    this.#editor.isOpen = false;
    element('layers').querySelector('[data-layer=edit]')!.setAttribute('aria-pressed', 'false');
    this.view.stop();
  }

  #switched(): void {
    this.#editor.isShown = this.#layers.isOn('zones');
    this.#editor.isOpen = this.#layers.isOn('edit');
    this.view.paint();
  }
}
