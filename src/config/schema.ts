import * as z from 'zod';
import { PROVIDERS } from '../core/detector.js';
import { NowcastError } from '../core/errors.js';
import { formsOf } from '../core/named-kind.js';
import { POLICIES, policyByName } from '../scheduling/kinds.js';
import { durationMs, DURATION_FORMS, LONGEST_DURATION_MS } from './durations.js';
import { classifySource, SOURCE_FORMS } from './source-kind.js';

export const FORECASTERS = ['none', 'kalman', 'nowcast'] as const;
export type ForecasterName = (typeof FORECASTERS)[number];

export const NMS_MODES = ['per-class', 'agnostic'] as const;
export type NmsMode = (typeof NMS_MODES)[number];

export const PACES = ['source', 'max'] as const;
export type Pace = (typeof PACES)[number];

export const TRANSPORTS = ['auto', 'tcp', 'udp', 'ffmpeg'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** What holds where neither the file nor a flag says otherwise. */
export const DEFAULTS = {
  transport: 'auto',
  timeoutMs: 5000,
  maxBehindMs: 2000,
  model: 'nowcast-nano',
  provider: 'auto',
  conf: 0.25,
  nms: 0.45,
  nmsMode: 'per-class',
  schedule: 'idle-free',
  budgetMs: 100,
  forecast: 'none',
  pace: 'source',
  feedHost: '127.0.0.1',
  maxClients: 256,
} as const;

/** What a key is, for messages, for help and for the JSON Schema. */
export type KeyFacts = {
  readonly description: string;
  /** Completes the sentence "it must be …". */
  readonly allowed: string;
  readonly default?: string | number | boolean;
  /** What it looks like in a file, as JSON Schema, where that is not what it is read into. */
  readonly written?: Readonly<Record<string, unknown>>;
};

const DURATION = { allowed: DURATION_FORMS, written: { type: ['number', 'string'] } } as const;
const LIST = { written: { anyOf: [{ type: 'array', items: { type: ['string', 'number'] }, minItems: 1 }, { type: 'string' }] } } as const;

const key = <S extends z.ZodType>(schema: S, facts: KeyFacts) => schema.optional().meta(facts);
const section = <T extends z.core.$ZodShape>(shape: T, description: string) =>
  z.strictObject(shape).optional().meta({ description, allowed: 'a section of keys' });

// Flags and environment variables are text, and so is a quoted value in YAML.
const number = (schema: z.ZodNumber) =>
  z.preprocess((value) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value), schema);
const boolean = () =>
  z.preprocess((value) => (value === 'true' ? true : value === 'false' ? false : value), z.boolean());
const text = () => z.preprocess((value) => (typeof value === 'number' ? String(value) : value), z.string().trim().min(1));
const list = () => z.preprocess((value) => (typeof value === 'string' ? value.split(',') : value), z.array(text()).min(1));
const duration = () => z.preprocess((value) => durationMs(value) ?? value, z.number().positive().max(LONGEST_DURATION_MS));
const checked = (check: (value: string) => unknown) => text().superRefine((value, context) => {
  try {
    check(value);
  } catch (error) {
    if (!(error instanceof NowcastError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
  }
});
const oneOf = (values: readonly string[]): string => `one of ${values.join(', ')}`;

const camera = z.strictObject({
  source: checked(classifySource).meta({ description: 'Where the pictures come from.', allowed: SOURCE_FORMS, written: { type: ['string', 'integer'] } }),
  enabled: key(boolean(), { description: 'Whether to run it.', allowed: 'true or false', default: true }),
  transport: key(z.enum(TRANSPORTS), { description: 'How RTSP is read: over `tcp` or `udp`, by `ffmpeg`, or the best of them (`auto`).', allowed: oneOf(TRANSPORTS), default: DEFAULTS.transport }),
  timeout: key(duration(), { description: 'A camera that sends no frame for this long is connected to anew.', ...DURATION, default: '5s' }),
  max_behind: key(duration(), { description: 'How far behind the present a camera may fall before what waits is skipped.', ...DURATION, default: '2s' }),
}).meta({ description: 'One camera, video file or folder of pictures.', allowed: 'a section with at least the key source' });

/** The one schema that files, flags, messages, documentation and the JSON Schema follow from. */
export const settingsSchema = z.strictObject({
  cameras: z.record(z.string().regex(/^[\w-]+$/), camera).optional()
    .meta({ description: 'What to run on, by name. Sources on the command line replace all of them.', allowed: 'a section with one key a camera; names are letters, digits, - and _' }),
  model: section({
    path: key(text(), { description: 'The detector: an ONNX file of YOLOX or of a detection transformer, or a name of `nowcast models list`.', allowed: 'a file or the name of a model', default: DEFAULTS.model }),
    labels: key(text(), { description: 'The names of its classes; chosen by their number where absent.', allowed: 'coco, argoverse-hd, or a text file with one name a line' }),
    provider: key(z.enum(PROVIDERS), { description: 'What computes; `auto` measures those that load and takes the fastest.', allowed: oneOf(PROVIDERS), default: DEFAULTS.provider }),
    threads: key(number(z.int().min(1)), { description: 'Threads of one run on the CPU; chosen by the number of cores where absent.', allowed: 'a whole number of 1 or more' }),
    hosts: key(number(z.int().min(1)), { description: 'Detectors, each a process of its own, that work side by side.', allowed: 'a whole number of 1 or more', default: 1 }),
    preprocess: key(text(), { description: 'How pictures are prepared, if the file does not tell: `legacy` for YOLOX before 0.1.1 and ByteTrack, `imagenet` or `unit` for transformers. Default: the usual one of the model\'s family.', allowed: 'a preprocessing of the model\'s family, such as legacy' }),
    input: key(z.string().regex(/^[1-9]\d*x[1-9]\d*$/), { description: 'Width and height of the input in pixels, for a model that leaves them open.', allowed: 'WIDTHxHEIGHT in multiples of 32, such as 640x384' }),
  }, 'The detector.'),
  detect: section({
    conf: key(number(z.number().min(0).max(1)), { description: 'Detections with a lower score are left out.', allowed: 'a number from 0 to 1', default: DEFAULTS.conf }),
    nms: key(number(z.number().min(0).max(1)), { description: 'Of two boxes whose IoU is above this, the better one stays.', allowed: 'a number from 0 to 1', default: DEFAULTS.nms }),
    nms_mode: key(z.enum(NMS_MODES), { description: 'Whether boxes of different classes suppress each other (`agnostic`).', allowed: oneOf(NMS_MODES), default: DEFAULTS.nmsMode }),
    classes: key(list(), { description: 'The classes to keep, by name or id; all where absent.', ...LIST, allowed: 'a list of class names or ids, such as person,car' }),
    schedule: key(checked((name) => policyByName(name)), { description: 'Which frame to run on, and when.', allowed: `one of ${formsOf(POLICIES)}`, default: DEFAULTS.schedule }),
    budget: key(z.preprocess((value) => (value === 'none' ? value : durationMs(value) ?? value), z.union([z.literal('none'), z.number().positive().max(LONGEST_DURATION_MS)])),
      { description: 'The oldest a frame may be when its result comes out.', ...DURATION, allowed: `none or ${DURATION_FORMS}`, default: '100ms' }),
    track: key(boolean(), { description: 'Whether objects keep an id from frame to frame.', allowed: 'true or false', default: false }),
    forecast: key(z.enum(FORECASTERS), { description: 'What carries boxes forward to the present; it needs tracking and turns it on.', allowed: oneOf(FORECASTERS), default: DEFAULTS.forecast }),
  }, 'Which frames are detected on, and what is kept of the result.'),
  feed: section({
    host: key(text(), { description: 'The address that the WebSocket feed listens at; 0.0.0.0 for all.', allowed: 'an address or host name', default: DEFAULTS.feedHost }),
    port: key(number(z.int().min(0).max(65535)), { description: 'Its port; 0 takes a free one.', allowed: 'a whole number from 0 to 65535' }),
    token: key(text(), { description: 'What a client must present; without one, everybody who reaches the port is let in. `NOWCAST_FEED_TOKEN` where absent.', allowed: 'a text' }),
    allowed_origins: key(list(), { description: 'Web pages, besides those of the same origin, that may connect.', ...LIST, allowed: 'a list of origins such as https://example.org' }),
    max_clients: key(number(z.int().min(1)), { description: 'Clients that may be connected at once.', allowed: 'a whole number of 1 or more', default: DEFAULTS.maxClients }),
  }, 'The live results as a WebSocket feed; off where absent.'),
  output: section({
    record: key(text(), { description: 'A recording of every event.', allowed: 'a file to write' }),
    coco: key(text(), { description: 'The detections as COCO results.', allowed: 'a file to write' }),
    save: key(text(), { description: 'An annotated MP4.', allowed: 'a file to write' }),
  }, 'Files to write.'),
  pace: key(z.enum(PACES), { description: 'Whether files are played by the clock (`source`) or as fast as they can be read (`max`).', allowed: oneOf(PACES), default: DEFAULTS.pace }),
  max_frames: key(number(z.int().min(1)), { description: 'The run ends after this many frames were received.', allowed: 'a whole number of 1 or more' }),
  duration: key(duration(), { description: 'The run ends after this long.', ...DURATION }),
});

/** What a file or the flags say, checked, in the file's own keys; nothing is filled in. */
export type Settings = z.output<typeof settingsSchema>;

/** A schema as far as the walk below looks into it. */
type Walkable = z.core.$ZodType & { readonly shape?: Readonly<Record<string, Walkable>>; readonly valueType?: Walkable; unwrap?(): Walkable };

/** The schema at a path of keys, without `optional`; undefined where there is none. */
function schemaAt(path: readonly PropertyKey[]): { readonly schema: Walkable; readonly facts: KeyFacts | undefined } | undefined {
  let schema: Walkable = settingsSchema;
  let facts: KeyFacts | undefined;
  for (const name of path) {
    const next = schema.shape?.[String(name)] ?? schema.valueType;
    // Below a leaf: an item of a list is described by the list's own facts.
    if (next === undefined) return typeof name === 'number' ? { schema, facts } : undefined;
    facts = z.globalRegistry.get(next) as KeyFacts | undefined;
    schema = next.unwrap?.() ?? next;
  }
  return { schema, facts };
}

/** What is known of the key at `path`. */
export function factsAt(path: readonly PropertyKey[]): KeyFacts | undefined {
  return schemaAt(path)?.facts;
}

/** The keys that a section may have; empty for a leaf and for a section whose names are free. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] {
  return Object.keys(schemaAt(path)?.schema.shape ?? {});
}
