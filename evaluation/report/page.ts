import { element, escaped, type Markup } from './markup.js';
import { SCRIPT } from './script.js';
import { STYLE } from './style.js';

export type Page = {
  readonly title: string;
  readonly subtitle: string;
  /** Made by {@link figure}. */
  readonly headline: readonly Markup[];
  /** Made by {@link card}. */
  readonly cards: readonly Markup[];
  readonly footer: string;
};

/** One self-contained HTML file: drawings are inline, light or dark as the reader prefers. */
export function page({ title, subtitle, headline, cards, footer }: Page): string {
  return `<!doctype html>\n${element(
    'html',
    { lang: 'en' },
    element(
      'head',
      {},
      '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
      element('title', {}, escaped(title)),
      element('style', {}, STYLE),
    ),
    element(
      'body',
      {},
      element(
        'main',
        {},
        element(
          'header',
          {},
          element('div', {}, element('h1', {}, escaped(title)), element('p', {}, escaped(subtitle))),
          element(
            'button',
            { type: 'button', 'data-theme-switch': '', title: 'Switch between light and dark' },
            'light / dark',
          ),
        ),
        element('section', { class: 'headline' }, ...headline),
        element('section', { class: 'cards' }, ...cards),
        element('footer', {}, escaped(footer)),
      ),
      element('script', {}, SCRIPT),
    ),
  )}\n`;
}

/**
 * A prominent number.
 * @param main the most important one
 */
export function figure(value: string, name: string, main = false): Markup {
  return element(
    'div',
    { class: main ? 'figure main' : 'figure' },
    element('b', {}, escaped(value)),
    element('span', {}, escaped(name)),
  );
}

export function card(heading: string, text: string, content: Markup, wide = false): Markup {
  return element(
    'section',
    { class: wide ? 'card wide' : 'card' },
    element('h2', {}, escaped(heading)),
    text === '' ? '' : element('p', {}, escaped(text)),
    content,
  );
}

/** A drawing too wide for a small screen; it scrolls there. */
export function scrolling(content: Markup): Markup {
  return element('div', { class: 'scroll', tabindex: '0' }, content);
}

export function factList(facts: readonly (readonly [name: string, value: string])[]): Markup {
  return element(
    'dl',
    {},
    ...facts.map(([name, value]) => element('dt', {}, escaped(name)) + element('dd', {}, escaped(value))),
  );
}
