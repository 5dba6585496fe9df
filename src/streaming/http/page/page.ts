/** The page's own element of that id. */
export function element(id: string): HTMLElement {
  return document.getElementById(id)!;
}

export function canvas(id: string): HTMLCanvasElement {
  return element(id) as HTMLCanvasElement;
}

/** An element as text and children make it. */
export function newElement<K extends keyof HTMLElementTagNameMap>(tag: K, className: string, ...children: (string | Node)[]): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  node.className = className;
  node.append(...children);
  return node;
}
