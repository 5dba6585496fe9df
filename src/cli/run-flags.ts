import type { Command } from 'commander';
import { UsageError } from '../core/errors.js';
import { checkSettings } from '../config/problems.js';
import type { Settings } from '../config/schema.js';
import { keyOption } from './flags.js';

/** A flag and the key of the configuration that it sets; help and checks are the key's own. */
const FLAGS = [
  ['--model <file-or-name>', 'model.path'],
  ['--labels <name-or-file>', 'model.labels'],
  ['--provider <name>', 'model.provider'],
  ['--threads <n>', 'model.threads'],
  ['--input <WxH>', 'model.input'],
  ['--preprocess <name>', 'model.preprocess'],
  ['--schedule <name>', 'detect.schedule'],
  ['--budget <duration>', 'detect.budget'],
  ['--conf <score>', 'detect.conf'],
  ['--nms <iou>', 'detect.nms'],
  ['--nms-mode <mode>', 'detect.nms_mode'],
  ['--classes <list>', 'detect.classes'],
  ['--track', 'detect.track'],
  ['--forecast <name>', 'detect.forecast'],
  ['--pace <source|max>', 'pace'],
  ['--record <file.jsonl>', 'output.record'],
  ['--coco <file.json>', 'output.coco'],
  ['--save <file.mp4>', 'output.save'],
  ['--max-frames <n>', 'max_frames'],
  ['--duration <duration>', 'duration'],
] as const;

/** What the flags come out as: text, or true for a flag without a value. */
export type RunFlagValues = Readonly<Record<string, string | true | undefined>>;

/** Adds the flags of a run to a command. */
export function addRunFlags(command: Command): Command {
  for (const [flag, key] of FLAGS) command.addOption(keyOption(flag, key));
  return command
    .option('--offline', 'every frame, as fast as the detector goes, without a budget: --pace max --schedule every --budget none')
    .option('--feed <[host:]port>', 'serve the live results as a WebSocket feed; its token comes from NOWCAST_FEED_TOKEN or the config');
}

/**
 * Checks the flags as the configuration's keys are checked.
 * @throws UsageError with one line a problem, each naming its flag
 */
export function readRunFlags(raw: RunFlagValues): Settings {
  const input: Record<string, unknown> = {};
  const flagOf = new Map<string, string>();
  const put = (key: string, flag: string, value: unknown): void => {
    const path = key.split('.');
    let section = input;
    for (const name of path.slice(0, -1)) section = (section[name] ??= {}) as Record<string, unknown>;
    section[path[path.length - 1]] = value;
    flagOf.set(key, flag);
  };
  for (const [declaration, key] of FLAGS) {
    const flag = declaration.split(' ')[0];
    const value = raw[camelCase(flag)];
    if (value !== undefined) put(key, flag, value);
  }
  if (raw['offline'] === true) {
    for (const [key, value] of [['pace', 'max'], ['detect.schedule', 'every'], ['detect.budget', 'none']]) {
      const flag = flagOf.get(key);
      if (flag !== undefined && raw[camelCase(flag)] !== value) {
        throw new UsageError(`--offline means ${flag} ${value}, but ${flag} is ${raw[camelCase(flag)] ?? ''}; leave one of them out`);
      }
      put(key, '--offline', value);
    }
  }
  if (raw['feed'] !== undefined) {
    const { host, port } = hostAndPort(String(raw['feed']));
    if (host !== undefined) put('feed.host', '--feed', host);
    put('feed.port', '--feed', port);
  }
  return checkSettings(input, (path) => flagOf.get(path.filter((name) => typeof name === 'string').join('.')) ?? path.join('.'));
}

function hostAndPort(text: string): { readonly host?: string; readonly port: number } {
  const match = /^(?:(?:\[([\da-f:.]+)\]|([^:\s]+)):)?(\d+)$/i.exec(text.trim());
  const port = Number(match?.[3]);
  if (match === null || port > 65535) throw new UsageError(`--feed is "${text}"; it must be PORT or HOST:PORT with a port from 0 to 65535, such as 8765, 0.0.0.0:8765 or [::1]:8765`);
  const host = match[1] ?? match[2];
  return host === undefined ? { port } : { host, port };
}

function camelCase(flag: string): string {
  return flag.slice(2).replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
