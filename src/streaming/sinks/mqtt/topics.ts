import { UsageError } from '../../../core/errors.js';

/** Levels under a camera that a class of the same name must leave free. */
const TAKEN = new Set(['all', 'percept']);

/** Characters with a meaning in topics, the escape itself, and control characters, which brokers may refuse. */
const SPECIAL = /[%/+#\0-\x1f\x7f-\x9f]/g;

/** A name as one level of a topic. Different names have different levels. */
export function levelOf(name: string): string {
  return name.replaceAll(SPECIAL, encodeURIComponent);
}

/** The name of a level; undefined if it is encoded wrongly. */
export function nameOf(level: string): string | undefined {
  try {
    return decodeURIComponent(level);
  } catch {
    return undefined;
  }
}

/** @throws UsageError if topics cannot begin with this text */
export function checkTopicPrefix(text: string, key: string): void {
  if (/[+#\0]/.test(text) || /^[/$]|\/$|\/\//.test(text) || Buffer.byteLength(text) > 200)
    throw new UsageError(
      `${key} is "${text}"; it must be one or more levels such as home/nowcast: at most 200 bytes without +, # and NUL, without empty levels, and not beginning with $`,
    );
}

/** A class, or all of them together, in a zone or in the whole picture. */
export type Counted = { readonly zone?: string | undefined; readonly label: string | undefined };

export type Topics = ReturnType<typeof topicsUnder>;

/** The topics of a service under its prefix. */
export function topicsUnder(prefix: string) {
  const of = (camera: string): string => `${prefix}/${levelOf(camera)}`;
  const labelLevel = (label: string): string =>
    TAKEN.has(label) ? `%${label.charCodeAt(0).toString(16)}${label.slice(1)}` : levelOf(label);
  const counted = (camera: string, { zone, label }: Counted): string =>
    `${of(camera)}${zone === undefined ? '' : `/zones/${levelOf(zone)}`}/${label === undefined ? 'all' : labelLevel(label)}`;
  return {
    available: `${prefix}/available`,
    events: `${prefix}/events`,
    stats: `${prefix}/stats`,
    /** The cameras and the classes that have topics here, for the next start. */
    cameras: `${prefix}/cameras`,
    status: (camera: string, role: 'detect' | 'record' = 'detect') => `${of(camera)}/status/${role}`,
    present: counted,
    active: (camera: string, what: Counted) => `${counted(camera, what)}/active`,
    crossings: (camera: string, line: string, direction: string) =>
      `${of(camera)}/lines/${levelOf(line)}/${levelOf(direction)}`,
    snapshot: (camera: string, label: string) => `${of(camera)}/${labelLevel(label)}/snapshot`,
    percept: (camera: string) => `${of(camera)}/percept`,
    switchState: (camera: string, name: string) => `${of(camera)}/${name}/state`,
    switchCommand: (camera: string, name: string) => `${of(camera)}/${name}/set`,
    /** Filters of the commands. */
    commands: ['enabled', 'detect'].map((name) => `${prefix}/+/${name}/set`),
    /** The camera and the switch of a command's topic. */
    commandOf: (topic: string): { readonly camera: string; readonly name: string } | undefined => {
      if (!topic.startsWith(`${prefix}/`)) return undefined;
      const [level = '', name = '', set, ...more] = topic.slice(prefix.length + 1).split('/');
      const camera = nameOf(level);
      return set === 'set' && more.length === 0 && camera !== undefined ? { camera, name } : undefined;
    },
  };
}
