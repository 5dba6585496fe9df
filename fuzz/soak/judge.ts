import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replayScene } from '../../src/app/replay-scene.js';
import { EVENTS, POSTED, RECORDING, SCENE } from './cameras-file.js';
import type { Scrape } from './metrics.js';
import type { Answered } from './receiver.js';

const QUIET = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const SHOWN_CHARS = 300;

/** Compares the events that the service wrote with those to which its recording leads, camera by camera. */
export async function faultsOfScenes(folder: string, cameras: Iterable<string>): Promise<string[]> {
  const written = linesOf(join(folder, EVENTS));
  const problems: string[] = [];
  let compared = 0;
  for (const stream of cameras) {
    const out = join(folder, `replayed-${stream}.jsonl`);
    const recording = join(folder, RECORDING);
    await replayScene(
      { recording, stream, settings: SCENE, out },
      { log: QUIET, signal: new AbortController().signal },
    );
    const live = ofStream(written, stream);
    const replayed = ofStream(linesOf(out), stream);
    const i = live.findIndex((line, at) => line !== replayed[at]);
    if (i >= 0) problems.push(`${stream} wrote the event ${shown(live[i])}, but a replay finds ${shown(replayed[i])}`);
    else if (replayed.length > live.length)
      problems.push(`${stream} did not write ${shown(replayed[live.length])}, which a replay finds`);
    compared += live.length;
  }
  if (compared === 0) problems.push('no camera wrote an event');
  return problems;
}

/**
 * Compares the events that the service wrote with those that its webhook delivered: each one, in the same order, or
 * counted as lost.
 * @param last a scrape after the last refusal
 * @param log of the service
 */
export function faultsOfWebhook(
  folder: string,
  answered: ReadonlyMap<string, Answered>,
  last: Scrape | undefined,
  log: string,
): string[] {
  const written = linesOf(join(folder, EVENTS)).filter((line) => POSTED.some((name) => name === nameOf(line)));
  const posted = Array.from(answered.values(), ({ body }) => withoutSchema(body));
  const refused = [...answered.values()].filter(({ isTaken }) => !isTaken).length;
  const lost = Number(/(\d+) events? did not reach the webhook/.exec(log)?.[1] ?? 0);
  const counted = last?.get('nowcast_outbox_dropped_total')?.get('sink="webhook",reason="refused"');
  const strange = posted.find((line) => !written.includes(line));
  let at = 0;
  const isInOrder = posted.every((line) => (at = written.indexOf(line, at) + 1) > 0);
  return [
    ...(posted.length === 0 ? ['the webhook delivered no event'] : []),
    ...(strange === undefined
      ? []
      : [`the webhook delivered ${shown(strange)}, which is not among the written events`]),
    ...(isInOrder || strange !== undefined
      ? []
      : ['the webhook delivered events in another order than the written one']),
    ...(written.length === posted.length + lost
      ? []
      : [`of ${written.length} events, ${posted.length} reached the webhook, and ${lost} count as lost`]),
    ...(refused === counted ? [] : [`the receiver refused ${refused} events, and ${counted} count as refused`]),
  ];
}

/** The kind of an event, as the webhook's key `events` has it. */
function nameOf(line: string): string {
  const { type, phase } = JSON.parse(line) as { readonly type: string; readonly phase?: string };
  return phase ?? type;
}

function withoutSchema(body: string): string {
  const { schema: _schema, ...message } = JSON.parse(body) as { readonly schema: string };
  return JSON.stringify(message);
}

function linesOf(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n').filter(Boolean);
}

function ofStream(lines: readonly string[], stream: string): string[] {
  return lines.filter((line) => (JSON.parse(line) as { readonly stream?: string }).stream === stream);
}

function shown(line = 'nothing'): string {
  return line.slice(0, SHOWN_CHARS);
}
