/**
 * Entry of a detector's process. It opens one model, then processes one picture after the other until a message ends
 * it.
 */
import '../../core/no-debugger.js';
import type { Placement } from '../../core/placement.js';
import { NowcastError } from '../../core/errors.js';
import { familyByName } from '../families/kinds.js';
import { openSession, supportedProviders, type Session } from '../inference-session.js';
import { recordPlacement } from '../placement.js';
import { probe, type ProbeResult } from '../probe/probe.js';
import { fillWithNoise } from '../probe/test-pictures.js';
import { readSlot } from './picture-slots-file.js';
import { SLOTS_FD, type FromHost, type OpenMessage, type ToHost } from './messages.js';
import { packDetections } from './packed-detections.js';

process.title = 'nowcast-detector';
const clock = { now: () => Number(process.hrtime.bigint()) / 1e6 };

// Signals to the whole process group are for the parent, which then ends this process cleanly.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
// When the parent is gone, for whatever reason, the channel closes.
process.on('disconnect', () => process.exit());
process.on('message', receive);

const inbox: ToHost[] = [];
let wake: (() => void) | undefined;

function receive(message: unknown): void {
  inbox.push(message as ToHost);
  wake?.();
}

async function nextMessage(): Promise<ToHost> {
  for (;;) {
    const message = inbox.shift();
    if (message !== undefined) return message;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

/** Resolves when the message was sent, or when no parent is left to read it. */
function send(message: FromHost): Promise<void> {
  return new Promise((resolve) => {
    process.send!(message, undefined, undefined, () => resolve());
  });
}

/** Opens the network and runs it once. */
async function openNetwork({
  session: options,
  probe: probed,
  decoder,
}: OpenMessage): Promise<{ readonly session: Session; readonly found: ProbeResult }> {
  const session = await openSession({ ...options, clock });
  if (probed === undefined) {
    const { startMs, endMs } = await session.run();
    return { session, found: { form: decoder.form, warnings: [], firstRunMs: endMs - startMs } };
  }
  const found = await probe(session, {
    model: probed.model,
    family: familyByName(decoder.family),
    form: decoder.form,
    facts: { input: decoder.options.input, classCount: decoder.options.classNames.length },
  });
  return { session, found };
}

/** In a session of its own, because recording takes time from each run. */
function findPlacement({ session: options }: OpenMessage): Promise<Placement> {
  return recordPlacement(async (recordAt) => {
    const session = await openSession({ ...options, recordAt, clock });
    await session.run();
    session.endRecord();
    await session.close();
  });
}

async function serve(open: OpenMessage): Promise<void> {
  const { provider, modelName } = open.session;
  const placement = open.places === true ? await findPlacement(open) : undefined;
  const { session, found } = await openNetwork(open);
  const decode = familyByName(open.decoder.family).createDecoder(found.form, open.decoder.options);
  await send({
    type: 'ready',
    startMs: process.uptime() * 1000,
    warmUpMs: found.firstRunMs,
    supportedProviders: supportedProviders(),
    form: found.form,
    warnings: session.isWidened
      ? [
          `${modelName} computes in half precision, which ${provider} cannot do on this device (it lacks shader-f16), so it computes in single precision`,
          ...found.warnings,
        ]
      : found.warnings,
    ...(placement && { placement }),
  });

  for (;;) {
    const message = await nextMessage();
    switch (message.type) {
      case 'detect': {
        readSlot(SLOTS_FD, message.slot, session.image);
        const { outputs, startMs, endMs } = await session.run();
        let unusable = 0;
        const found = decode(outputs, message.fit, (boxes) => {
          unusable = boxes;
        });
        const detections = packDetections(found);
        const times = { inferStartMs: startMs, inferEndMs: endMs, doneAtMs: clock.now() };
        void send({ type: 'result', slot: message.slot, detections, unusable, times });
        break;
      }
      case 'measure': {
        const runs: number[] = [];
        while (runs.length < message.runs && !(runs.at(-1)! > message.giveUpAboveMs)) {
          const { startMs, endMs } = await session.run();
          runs.push(endMs - startMs);
        }
        void send({ type: 'measured', runMs: runs });
        break;
      }
      case 'sample': {
        fillWithNoise(session.image);
        const { outputs } = await session.run();
        // ONNX Runtime may reuse the memory, and sending does not wait.
        void send({ type: 'sampled', outputs: outputs.map((output) => output.slice()) });
        break;
      }
      case 'close':
        await session.close();
        return;
      case 'open':
        throw new Error('the model is open already');
    }
  }
}

try {
  const first = await nextMessage();
  if (first.type !== 'open') throw new Error(`the first message must be open, not ${first.type}`);
  await serve(first);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  await send({ type: 'failed', message, ...(error instanceof NowcastError ? { code: error.code } : {}) });
  process.exitCode = 1;
}
process.disconnect();
