import { z } from 'zod';
import { CAPTURE_CLOCKS } from '../../core/frame.js';
import { DROP_REASONS, STATUS_STATES } from '../../core/events.js';
import { count, missed, stream, unixMs } from './message-parts.js';
import { countMessage, crossingMessage, objectMessage, type SceneMessage } from './scene-messages.js';

/** WebSocket subprotocol of client and server. */
export const FEED_SUBPROTOCOL = 'nowcast.feed.v1';
/** Names the message format in `hello`. */
export const FEED_SCHEMA = 'nowcast.feed/1';

/** The types that a client can select or omit. `hello` and `error` always come. */
export const FEED_KINDS = ['percept', 'drop', 'gap', 'status', 'stats', 'object', 'crossing', 'count'] as const;
export type FeedKind = (typeof FEED_KINDS)[number];
const feedKind = z.enum(FEED_KINDS);

const dropReason = z.union([z.enum(DROP_REASONS), z.templateLiteral(['policy:', z.string()])]);
const frame = {
  stream,
  seq: count.describe('Number of the frame in its stream'),
  file: z.string().optional().describe("Name of the picture's file, if the stream is made of files"),
  epoch: count.describe('Number of connections to the source so far'),
};

const captureClock = z
  .enum(CAPTURE_CLOCKS)
  .describe(
    'The clock behind `capturedAt`: the times in the stream or file (`sender`), the arrival of the picture (`arrival`), or a time of day in the stream (`wall`)',
  );
const uncertaintyMs = z.number().min(0).describe('The true time of capture lies within `capturedAt` ± this');

const detection = z
  .strictObject({
    box: z
      .tuple([z.number(), z.number(), z.number(), z.number()])
      .readonly()
      .describe('Left, top, right, bottom in pixels of the source picture; may reach beyond its edges'),
    score: z.number().min(0).max(1),
    class: z.string(),
    classId: count.describe('Index into `classes` of `hello`'),
    trackId: z.int().optional().describe('Stays the same while the object is tracked'),
  })
  .meta({ id: 'Detection' });

const hello = z
  .strictObject({
    type: z.literal('hello'),
    schema: z.literal(FEED_SCHEMA),
    streams: z.array(z.string()).readonly(),
    classes: z.array(z.string()).readonly().describe('Class names by class id'),
    boxFormat: z.literal('xyxy'),
  })
  .meta({ id: 'Hello', description: 'First message of every connection' });

const percept = z
  .strictObject({
    type: z.literal('percept'),
    ...frame,
    ptsMs: z.number().describe('Presentation time of the frame in its source, in milliseconds'),
    size: z.strictObject({ width: count, height: count }).describe('Size of the source picture, in pixels'),
    boxFormat: z.literal('xyxy'),
    times: z.strictObject({
      capturedAt: unixMs('capture of the frame'),
      emittedAt: unixMs('emission of the percept'),
      observedAt: unixMs('capture of the frame that was detected on; equals `capturedAt`'),
      validAt: unixMs('the moment for which `detections` hold: later than `observedAt` if they are a forecast'),
      latencyMs: z.number().describe('`emittedAt` - `capturedAt`'),
      captureClock,
      uncertaintyMs,
    }),
    detections: z.array(detection).readonly().describe('Objects at `validAt`'),
    observed: z
      .array(detection)
      .readonly()
      .optional()
      .describe('Objects at `observedAt`; present only if `detections` are a forecast'),
    forecaster: z.string().optional().describe('Name of the forecaster; absent if there is none'),
    overBudget: z.literal(true).optional().describe('The result exceeded the latency budget'),
    missed,
  })
  .meta({ id: 'Percept', description: 'The detections on one frame; one for each frame that the detector processed' });

const drop = z
  .strictObject({
    type: z.literal('drop'),
    ...frame,
    reason: dropReason.describe('A custom policy gives its own reason, as `policy:<text>`'),
    capturedAt: unixMs('capture of the frame'),
    captureClock,
    uncertaintyMs,
    at: unixMs('the drop'),
    missed,
  })
  .meta({ id: 'Drop', description: 'A frame that the detector did not process' });

const gap = z
  .strictObject({
    type: z.literal('gap'),
    stream,
    from: unixMs('the last frame before the gap'),
    to: unixMs('the first frame after the gap'),
    why: z.string(),
    missed,
  })
  .meta({ id: 'Gap', description: 'A time without frames' });

const status = z
  .strictObject({
    type: z.literal('status'),
    stream: stream.optional().describe('Absent if the message concerns the whole run'),
    state: z.enum(STATUS_STATES),
    at: unixMs('the change of state'),
    message: z.string().optional(),
    missed,
  })
  .meta({ id: 'Status' });

const streamStats = z.strictObject({
  stream,
  received: count.describe('Received frames = percepts + all drops + inFlight'),
  percepts: count,
  drops: z.partialRecord(dropReason, count).describe('Counts by reason; may omit reasons with a count of 0'),
  inFlight: count.describe('Frames that wait or are in the detector'),
  latencyMs: z
    .strictObject({ p50: z.number(), p90: z.number(), p99: z.number() })
    .optional()
    .describe('Quantiles of emittedAt - capturedAt'),
});

const stats = z
  .strictObject({
    type: z.literal('stats'),
    at: unixMs('the counts'),
    streams: z.array(streamStats).readonly(),
    missed,
  })
  .meta({ id: 'Stats', description: 'Counts since the start of the run' });

const error = z
  .strictObject({
    type: z.literal('error'),
    code: z.enum(['bad-json', 'bad-message', 'binary']),
    message: z.string().describe('For people: the mistake and the allowed values'),
  })
  .meta({ id: 'Error', description: 'Answer to an invalid message, which changed nothing' });

export const subscribe = z
  .strictObject({
    type: z.literal('subscribe'),
    streams: z.array(z.string()).readonly().optional().describe('Only these streams'),
    kinds: z.array(feedKind).readonly().optional().describe('Only these types of message'),
    minScore: z.number().min(0).max(1).optional().describe('Omits detections below this score'),
    classes: z.array(z.string()).readonly().optional().describe('Omits detections of other classes'),
    maxFps: z.number().positive().optional().describe('At most this many percepts a second, for each stream'),
  })
  .meta({
    id: 'Subscribe',
    description: 'From the client: replaces its previous subscription; an absent key restricts nothing',
  });

const message = z.discriminatedUnion('type', [
  hello,
  percept,
  drop,
  gap,
  status,
  stats,
  objectMessage,
  crossingMessage,
  countMessage,
  error,
  subscribe,
]);

export type FeedDetection = z.infer<typeof detection>;
export type FeedHello = z.infer<typeof hello>;
export type FeedError = z.infer<typeof error>;
export type FeedSubscribe = z.infer<typeof subscribe>;
export type FeedStreamStats = z.infer<typeof streamStats>;
/** Every message that is published to all clients. */
export type FeedMessage =
  | z.infer<typeof percept>
  | z.infer<typeof drop>
  | z.infer<typeof gap>
  | z.infer<typeof status>
  | z.infer<typeof stats>
  | SceneMessage;

/** The server's first message to each client. */
export type FeedInfo = {
  readonly streams: readonly string[];
  /** Class names by class id. */
  readonly classes: readonly string[];
};

/** Counts of a run, as {@link FeedMessage} `stats` carries them. */
export type FeedStats = {
  /** The time of the counts, on the monotonic clock. */
  readonly atMs: number;
  readonly streams: readonly FeedStreamStats[];
};

/**
 * JSON Schema (2020-12) of every message in both directions. A later release of v1 may send more keys, and more words
 * such as a new drop reason, so a client that validates with this schema must accept them.
 * @param newer accept unknown keys and words in a server's messages
 */
export function feedJsonSchema(newer: 'accepted' | 'refused' = 'accepted'): object {
  const { $schema, ...rest } = z.toJSONSchema(message, {
    override: ({ jsonSchema, zodSchema }) => {
      delete jsonSchema.readOnly;
      const isOfClient = zodSchema === subscribe || zodSchema === feedKind;
      if (newer === 'accepted' && !isOfClient) open(jsonSchema);
    },
  });
  return { $schema, $id: 'urn:nowcast:feed:v1', title: `Messages of ${FEED_SUBPROTOCOL}`, ...rest };
}

/** Accepts unknown keys and words. */
function open(jsonSchema: z.core.JSONSchema.BaseSchema): void {
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
  if (jsonSchema.enum === undefined) return;
  jsonSchema.anyOf = [{ enum: jsonSchema.enum }, { type: 'string' }];
  delete jsonSchema.enum;
}
