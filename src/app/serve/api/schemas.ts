import * as z from 'zod';
import { UNIT_CODECS } from '../../../core/coded-unit.js';
import { STATUS_STATES } from '../../../core/events.js';
import { CAPTURE_CLOCKS, type CaptureClock } from '../../../core/frame.js';
import { ROLES } from '../../../core/role.js';
import { CODED_STATES } from '../../../streaming/sources/camera/coded-stream.js';
import { SWITCH_NAMES } from '../switches.js';

const Count = z.int().min(0);
const Ms = z.number().describe('Milliseconds.');
const Time = z.iso.datetime();

const Distribution = z
  .strictObject({ count: Count, mean: Ms, min: Ms, p50: Ms, p90: Ms, p99: Ms, max: Ms })
  .describe('Durations in milliseconds; zeros before the first one.');

const CaptureClocks = z
  .strictObject(Object.fromEntries(CAPTURE_CLOCKS.map((clock) => [clock, Count])) as Record<CaptureClock, typeof Count>)
  .describe('Percepts by the clock behind their capture time.');

export const Counts = z.strictObject({
  received: Count,
  percepts: Count.describe('Frames that were detected on.'),
  drops: z.record(z.string(), Count).describe('Frames that were not, by the reason.'),
  inFlight: Count.describe('Received minus percepts minus drops.'),
  gaps: Count.describe('Times without frames.'),
  overBudget: Count.describe('Percepts later than the latency budget.'),
});

const RecordStream = z.strictObject({
  source: z.string().describe('Without secrets.'),
  state: z.enum(CODED_STATES).describe('`idle`: nobody needs it, so it is not connected.'),
  since: Time,
  message: z.string().optional().describe('Why it is away.'),
});

const Health = {
  isUp: z.boolean().describe('Whether it delivers frames now.'),
  isOff: z.boolean().describe('Whether it is switched off: it is then not up, and nothing is wrong.'),
  why: z.string().describe('The same in words.'),
};

export const Camera = z.strictObject({
  name: z.string(),
  source: z.string().describe('Without secrets.'),
  ...Health,
  isDetecting: z.boolean().describe('Whether its frames go to the detector: its switch `detect`.'),
  state: z.enum(STATUS_STATES),
  since: Time,
  message: z.string().optional(),
  losses: Count.describe('Losses of a connection that had worked.'),
  record: RecordStream.optional().describe('Its stream for recordings, if it has one of its own.'),
  crossings: z
    .record(z.string(), z.record(z.string(), Count))
    .optional()
    .describe('Crossings of its lines, by the names of line and direction, since it has these rules.'),
  lastFrameAgoS: z.number().nullable(),
  perceptAgeS: z.number().nullable().describe('Age of what the newest percept shows.'),
  ...Counts.partial().shape,
  latencyMs: Distribution.optional(),
  captureClocks: CaptureClocks.optional(),
  uncertaintyMs: Distribution.optional(),
});

export const CameraHealth = z.strictObject({ camera: z.string(), ...Health });

export const Stats = z.strictObject({
  version: z.string(),
  uptimeS: z.number(),
  detector: z.strictObject({
    model: z.string(),
    provider: z.string(),
    requestedProvider: z.string(),
    input: z.looseObject({ width: Count, height: Count }),
    losses: Count,
    isDown: z.boolean(),
  }),
  total: Counts,
  stagesMs: z.record(z.string(), Distribution),
  cameras: z.record(z.string(), Camera),
});

export const Version = z.strictObject({ version: z.string(), node: z.string() });

export const Switch = z.strictObject({
  camera: z.string(),
  name: z.enum(SWITCH_NAMES),
  isOn: z.boolean(),
  configured: z.boolean().describe('What the configuration says.'),
});

export const LoggedObject = z.strictObject({
  id: z.string(),
  camera: z.string(),
  className: z.string(),
  startedAt: Time,
  endedAt: Time.optional().describe('Absent while it is there.'),
  topScore: z.number().min(0).max(1),
  zones: z.array(z.string()).describe('Every zone that it was ever in.'),
  hasSnapshot: z.boolean(),
  hasClip: z.boolean(),
  clipCodec: z.enum(UNIT_CODECS).optional().describe('Codec of the clip; absent without one.'),
});

export const Reloaded = z.strictObject({
  added: z.array(z.string()),
  removed: z.array(z.string()),
  restarted: z.array(z.string()),
  unchanged: Count.describe('Number of cameras that went on.'),
  sections: z.array(z.string()).describe('Other sections that were taken over.'),
  needsRestart: z.array(z.string()).describe('Sections and keys whose change takes effect with the next start.'),
});

export const ConfigProblem = z.strictObject({
  error: z.string(),
  problems: z
    .array(
      z.strictObject({
        file: z.string().optional(),
        line: z.int().min(1).optional(),
        key: z.string().optional(),
        message: z.string(),
      }),
    )
    .describe('Each problem of the configuration; the former one stays in use.'),
});

export const Session = z.strictObject({
  auth: z.enum(['none', 'required']).describe('`none`: everyone who reaches the server may do everything.'),
  isOpenToNetwork: z.boolean().describe('Everyone may, and other machines reach the server.'),
  user: z.strictObject({ name: z.string(), role: z.enum(ROLES) }).nullable(),
});
