import type { FeedMessage } from '../../../feed/protocol.js';
import { subscribe } from '../feed.js';
import { element } from '../page.js';
import { get, NotLoggedIn, type CameraFacts, type CameraRules, type ServiceStats } from './api.js';
import { CameraModel } from './camera-model.js';
import { CameraPage } from './camera-page.js';
import { isAway } from './health.js';
import { Login } from './login.js';
import { Tile } from './tile.js';

/** Detections with lower scores are not drawn. */
const MIN_SCORE = 0.35;
const KINDS = ['percept', 'drop', 'status', 'stats', 'object', 'crossing', 'count'] as const;
const UPDATE_EVERY_MS = 500;
const ASK_EVERY_MS = 2000;
/** Rules change with the configuration alone. */
const RULES_EVERY = 15;

const cameras = new Map<string, CameraModel>();
const tiles = new Map<string, Tile>();
let opened: CameraPage | undefined;
let openedName: string | undefined;
/** Undefined also while the address names one that does not exist. */
let openedCamera: CameraModel | undefined;
/** The service has said which cameras there are. */
let areKnown = false;
/** The server's clock minus this page's, in milliseconds: what the newest message says. */
let serverAheadMs = 0;
let isConnected = false;
let isAdmitted = false;
let asked = 0;
/** Ends the connections of the time in which somebody looks at the page. */
let looking: AbortController | undefined;

function nowMs(): number {
  return Date.now() + serverAheadMs;
}

function cameraNamed(name: string): CameraModel {
  let camera = cameras.get(name);
  if (camera === undefined) cameras.set(name, (camera = new CameraModel(name)));
  return camera;
}

function received(message: FeedMessage): void {
  isConnected = true;
  if (message.type === 'stats') {
    serverAheadMs = message.at - Date.now();
    for (const stats of message.streams) cameraNamed(stats.stream).stats = stats;
    return;
  }
  if (message.stream === undefined) return;
  const camera = cameraNamed(message.stream);
  const page = openedName === message.stream ? opened : undefined;
  switch (message.type) {
    case 'percept':
      camera.percept(message);
      page?.answered(message);
      tiles.get(message.stream)?.view.answered(message.ptsMs);
      break;
    case 'drop':
      camera.drop(message.at, message.reason);
      page?.dropped(message);
      break;
    case 'status':
      if (message.state === 'streaming') for (const one of [page, tiles.get(message.stream)]) one?.view.restarted();
      break;
    case 'object':
    case 'crossing':
      camera.note(message);
      break;
    case 'count':
      camera.counts = message.counts;
      break;
    case 'gap':
      break;
  }
}

/** Cameras come and go with the configuration. */
function known(facts: readonly CameraFacts[]): void {
  areKnown = true;
  for (const one of facts) cameraNamed(one.name).facts = one;
  const names = facts.map(({ name }) => name);
  for (const name of cameras.keys()) if (!names.includes(name)) cameras.delete(name);
  for (const [name, tile] of tiles) {
    if (names.includes(name)) continue;
    tile.remove();
    tiles.delete(name);
  }
  for (const name of names) {
    if (tiles.has(name)) continue;
    const tile = new Tile(cameraNamed(name));
    tiles.set(name, tile);
    element('cameras').append(tile.element);
    tile.wake(looking !== undefined && opened === undefined);
  }
  element('cameras').dataset['count'] = String(names.length);
  route();
}

async function ask(signal: AbortSignal): Promise<void> {
  const [answer, stats] = await Promise.all([
    get<{ readonly cameras: readonly CameraFacts[] }>('api/cameras', signal),
    get<ServiceStats>('api/stats', signal),
  ]);
  known(answer?.cameras ?? []);
  if (stats !== undefined) showFacts(stats);
  const areDue = asked++ % RULES_EVERY === 0;
  for (const camera of cameras.values())
    if (areDue || camera.rules === undefined)
      camera.rules = await get<CameraRules>(`api/cameras/${encodeURIComponent(camera.name)}/rules`, signal);
}

function showFacts({ detector }: ServiceStats): void {
  element('facts').textContent = [
    `${cameras.size} camera${cameras.size === 1 ? '' : 's'}`,
    `${detector.model} on ${detector.provider}`,
  ].join('  ·  ');
}

/** Undefined: the grid. */
function cameraOfAddress(): string | undefined {
  const name = /^#\/camera\/(.+)$/.exec(location.hash)?.[1];
  if (name === undefined) return undefined;
  try {
    return decodeURIComponent(name);
  } catch {
    // Somebody has typed it.
    return name;
  }
}

/** The grid, or the camera that the address names. */
function route(): void {
  const wanted = cameraOfAddress();
  const camera = wanted === undefined ? undefined : cameras.get(wanted);
  element('no-camera').hidden = wanted === undefined || camera !== undefined || !areKnown;
  if (openedName === wanted && openedCamera === camera) return;
  opened?.close();
  openedCamera = camera;
  opened = undefined;
  openedName = wanted;
  element('cameras').hidden = wanted !== undefined;
  element('camera').hidden = camera === undefined;
  for (const tile of tiles.values()) tile.wake(looking !== undefined && wanted === undefined);
  if (camera === undefined) return;
  opened = new CameraPage(camera, login.role);
  opened.wake(looking !== undefined);
  element('camera-name').focus();
}

/** Everything stops while nobody looks, or nobody may. */
function look(): void {
  const isSeen = !document.hidden && isAdmitted;
  if (isSeen === (looking !== undefined)) return;
  looking?.abort();
  looking = isSeen ? new AbortController() : undefined;
  for (const tile of tiles.values()) tile.wake(isSeen && openedName === undefined);
  opened?.wake(isSeen);
  if (looking === undefined) return;
  const { signal } = looking;
  subscribe({ kinds: KINDS, minScore: MIN_SCORE }, signal, {
    onMessage: received,
    onClose: () => (isConnected = false),
  });
  const askAgain = (): void => {
    ask(signal)
      .catch((error: unknown) => {
        if (error instanceof NotLoggedIn) void admit();
      })
      .finally(() => {
        if (!signal.aborted) setTimeout(askAgain, ASK_EVERY_MS);
      });
  };
  askAgain();
}

const STATES: Readonly<Partial<Record<string, string>>> = {
  waiting: 'connecting',
  lost: 'the service does not answer',
  live: 'live',
};

/** Asks the service whether it answers this browser. */
async function admit(): Promise<void> {
  isAdmitted = await login.check();
  look();
}

function update(): void {
  const all = [...cameras.values()];
  const away = all.filter(isAway);
  const phase = !isAdmitted ? 'waiting' : !isConnected ? 'lost' : away.length > 0 ? 'quiet' : 'live';
  document.body.dataset['phase'] = phase;
  element('state').querySelector('span')!.textContent = STATES[phase] ?? `${away.length} of ${all.length} away`;
  element('notice').hidden = isConnected || !isAdmitted;
  if (looking === undefined) return;
  if (opened === undefined) for (const tile of tiles.values()) tile.update(nowMs());
  else opened.update(nowMs());
}

window.addEventListener('hashchange', route);
document.addEventListener('visibilitychange', look);
document.addEventListener('keydown', ({ key, target }) => {
  if (key === 'Escape' && openedName !== undefined && !(target instanceof HTMLInputElement)) location.hash = '';
});
const login = new Login(() => void admit());
void admit();
setInterval(update, UPDATE_EVERY_MS);
