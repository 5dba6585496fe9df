import type { Pages } from '../http/pages.js';
import type { LivePictures } from '../live-video/live-pictures.js';

const MODULE = (path: string): string => new URL(path, import.meta.url).href;

/** Files of the demo's page that this one uses, too. */
const OF_DEMO = [
  'answers',
  'boxes',
  'chart',
  'feed',
  'frames-panel',
  'latency-panel',
  'layers',
  'page',
  'paint',
  'recent-ages',
].map((name) => `${name}.js`);
/** A script's path beyond the page's folder begins at the root of the server. */
const SHARED = {
  ...Object.fromEntries(['common.css', ...OF_DEMO].map((name) => [`/${name}`, MODULE(`page/${name}`)])),
  '/core/place-labels.js': MODULE('../../core/place-labels.js'),
  '/live-video/live-messages.js': MODULE('../live-video/live-messages.js'),
};
/** Of all cameras together: a page shows each that is in sight. */
const MOST_VIEWERS = 128;

/** The page of a service: its cameras live. Facts come from the API, results from the feed. */
export function servicePage({ onOpen, onWatched }: Pick<LivePictures, 'onOpen' | 'onWatched'>): Pages {
  return {
    settings: {
      folder: MODULE('page/service/'),
      shared: SHARED,
      newest: [],
      events: [],
      asked: [],
      live: { maxViewers: MOST_VIEWERS },
    },
    answer: () => undefined,
    onOpen,
    onWatched,
  };
}
