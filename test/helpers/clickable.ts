import type { Page } from 'playwright-core';

export type Layout = {
  readonly scrollWidth: number;
  readonly scrollHeight: number;
  /** Controls that a click on their middle does not reach, or that are less than 32 pixels high or wide. */
  readonly unusable: readonly string[];
  /** Texts that are cut off at an edge, except those that end in an ellipsis. */
  readonly cutOff: readonly string[];
};

/** Runs in the page. Each control is scrolled to first. */
const MEASURE = `(() => {
  // Nothing behind a dialog can be reached.
  const root = document.querySelector('dialog:modal') ?? document;
  const name = (node) => node.outerHTML.slice(0, 80);
  const isShown = (node) => node.getClientRects().length > 0;
  const unusable = [...root.querySelectorAll('button, select, a, input')].filter(isShown).filter((control) => {
    control.scrollIntoView({ block: 'center', inline: 'center' });
    const { left, top, width, height } = control.getBoundingClientRect();
    const reached = document.elementFromPoint(left + width / 2, top + height / 2);
    return width < 32 || height < 32 || !(control === reached || control.contains(reached));
  });
  const cutOff = [...root.querySelectorAll('h1, h2, h3, p, li, dt, dd, b, pre, button, th, td, text')].filter(isShown).filter((node) => {
    const style = getComputedStyle(node);
    if (style.textOverflow === 'ellipsis') return false;
    if (style.overflowX !== 'visible' && node.scrollWidth > node.clientWidth) return true;
    for (let at = node.parentElement; at !== null; at = at.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(at);
      if (overflowX !== 'hidden' && overflowY !== 'hidden') continue;
      const [inner, outer] = [node.getBoundingClientRect(), at.getBoundingClientRect()];
      if (inner.left < outer.left - 1 || inner.right > outer.right + 1 || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1)
        return true;
    }
    return false;
  });
  window.scrollTo(0, 0);
  const { scrollWidth, scrollHeight } = document.documentElement;
  return { scrollWidth, scrollHeight, unusable: unusable.map(name), cutOff: cutOff.map(name) };
})()`;

export function measureLayout(page: Page): Promise<Layout> {
  return page.evaluate<Layout>(MEASURE);
}
