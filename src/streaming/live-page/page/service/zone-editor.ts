import { element, newElement } from '../page.js';
import {
  newShape,
  SHAPE_KINDS,
  withoutPoint,
  withPoint,
  withPointAfter,
  yamlOf,
  type Shape,
  type ShapeKind,
} from './shapes.js';
import { ZoneLayer } from './zone-layer.js';

/** Draws zones, lines and masks, and shows the YAML for the configuration. Nothing is written. */
export class ZoneEditor {
  readonly layer: ZoneLayer;
  readonly #camera: string;
  readonly #panel = element('editor');
  #shapes: readonly Shape[] = [];
  #selected = 0;
  #isOpen = false;
  #isShown = true;

  constructor(camera: string) {
    this.#camera = camera;
    this.layer = new ZoneLayer({
      onMove: (point, to) => this.#change((shape) => withPoint(shape, point, to)),
      onRemove: (point) => this.#change((shape) => withoutPoint(shape, point)),
      onSelect: (index) => this.#select(index),
    });
    const add = (kind: ShapeKind): HTMLButtonElement => button(`add ${kind}`, () => this.#add(kind));
    element('editor-add').replaceChildren(...SHAPE_KINDS.map(add));
    element('editor-copy').onclick = () => void this.#copy();
  }

  /** The shapes of the configuration; those that a person has drawn win. */
  configured(shapes: readonly Shape[]): void {
    if (this.#isOpen) return;
    this.#shapes = shapes;
    this.#show();
  }

  set isShown(isShown: boolean) {
    this.#isShown = isShown;
    this.#show();
  }

  set isOpen(isOpen: boolean) {
    this.#isOpen = isOpen;
    this.#panel.hidden = !isOpen;
    this.#show();
  }

  #add(kind: ShapeKind): void {
    this.#shapes = [...this.#shapes, newShape(kind, this.#shapes)];
    this.#select(this.#shapes.length - 1);
  }

  #select(index: number): void {
    this.#selected = index;
    this.#show();
  }

  #change(how: (shape: Shape) => Shape): void {
    this.#shapes = this.#shapes.map((shape, i) => (i === this.#selected ? how(shape) : shape));
    this.#show();
  }

  #show(): void {
    const isSelected = this.#isOpen && this.#selected < this.#shapes.length;
    this.layer.show(this.#isShown || this.#isOpen ? this.#shapes : [], isSelected ? this.#selected : undefined);
    if (!this.#isOpen) return;
    const list = element('editor-shapes');
    const focused = document.activeElement?.id;
    list.replaceChildren(...this.#shapes.map((shape, i) => this.#row(shape, i)));
    if (focused?.startsWith('shape-') === true) document.getElementById(focused)?.focus();
    element('editor-yaml').textContent =
      this.#shapes.length === 0 ? 'Add a zone, a line or a mask.' : yamlOf(this.#camera, this.#shapes);
    element('editor-copy').hidden = this.#shapes.length === 0;
  }

  #row(shape: Shape, index: number): HTMLElement {
    const name = newElement('input', '');
    name.value = shape.name;
    name.id = `shape-${index}`;
    name.setAttribute('aria-label', `name of the ${shape.kind}`);
    name.onchange = () => {
      const isFree = this.#shapes.every((other, i) => i === index || other.name !== name.value);
      if (name.value !== '' && isFree) this.#rename(index, name.value);
      else name.value = shape.name;
    };
    const choose = button(shape.kind, () => this.#select(index));
    choose.setAttribute('aria-pressed', String(index === this.#selected));
    return newElement(
      'li',
      shape.kind,
      choose,
      name,
      button('add point', () => {
        this.#selected = index;
        this.#change((own) => withPointAfter(own, own.points.length - 1));
      }),
      button('remove', () => {
        this.#shapes = this.#shapes.toSpliced(index, 1);
        this.#select(Math.max(0, index - 1));
      }),
    );
  }

  #rename(index: number, name: string): void {
    this.#shapes = this.#shapes.map((shape, i) => (i === index ? { ...shape, name } : shape));
    this.#show();
  }

  async #copy(): Promise<void> {
    const copy = element('editor-copy');
    const text = element('editor-yaml').textContent;
    try {
      // Absent on addresses without TLS.
      await navigator.clipboard.writeText(text);
      copy.textContent = 'copied';
    } catch {
      getSelection()?.selectAllChildren(element('editor-yaml'));
      copy.textContent = 'selected; press Ctrl+C';
    }
  }
}

function button(text: string, onClick: () => void): HTMLButtonElement {
  const made = newElement('button', '', text);
  made.type = 'button';
  made.addEventListener('click', onClick);
  return made;
}
