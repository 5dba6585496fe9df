import type { CameraModel } from './camera-model.js';
import { TIMELINE_MS } from './camera-model.js';
import { isUsualDrop } from './drop-reasons.js';

const SVG = 'http://www.w3.org/2000/svg';
const [WIDTH, HEIGHT] = [240, 30];

/** Latency over the last minute as a line, with the budget; drops as ticks at the bottom. */
export function sparkline({ latencies, drops, budgetMs }: CameraModel, nowMs: number): SVGElement {
  const x = (atMs: number): string => (WIDTH * (1 - (nowMs - atMs) / TIMELINE_MS)).toFixed(1);
  const most = Math.max(60, 1.3 * (budgetMs ?? 0), ...latencies.map(({ latencyMs }) => latencyMs));
  const y = (ms: number): string => (HEIGHT - 5 - (Math.max(0, ms) / most) * (HEIGHT - 7)).toFixed(1);
  const svg = node('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' });
  const marks = drops
    .filter(({ reason }) => !isUsualDrop(reason))
    .map(({ atMs }) => `M${x(atMs)} ${HEIGHT - 4}v4`)
    .join('');
  svg.append(node('path', { class: 'lost', d: marks }));
  if (budgetMs !== undefined) svg.append(node('path', { class: 'limit', d: `M0 ${y(budgetMs)}H${WIDTH}` }));
  const points = latencies.map(({ atMs, latencyMs }) => `${x(atMs)} ${y(latencyMs)}`);
  if (points.length > 1) svg.append(node('path', { class: 'answers', d: `M${points.join('L')}` }));
  return svg;
}

function node(name: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
