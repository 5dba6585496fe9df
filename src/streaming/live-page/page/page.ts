/** The page's element with that id. */
export function element(id: string): HTMLElement {
  return document.getElementById(id)!;
}

export function canvas(id: string): HTMLCanvasElement {
  return element(id) as HTMLCanvasElement;
}

/** Creates an element with text and children. */
export function newElement<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: (string | Node)[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  node.className = className;
  node.append(...children);
  return node;
}
