/**
 * Entry of a detector's process. It opens one model, then processes one picture after the other until a message ends
 * it.
 */
import '../../core/no-debugger.js';
import { NowcastError } from '../../core/errors.js';
import { familyByName } from '../families/kinds.js';
import { openSession, supportedProviders } from '../inference-session.js';
import { probe } from '../probe/probe.js';
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

async function serve(open: OpenMessage): Promise<void> {
  const { options } = open.decoder;
  const family = familyByName(open.decoder.family);
  const session = await openSession({ ...open.session, clock });

  const runMs = async (): Promise<number> => {
    const { startMs, endMs } = await session.run();
    return endMs - startMs;
  };
  const { form, warnings, firstRunMs } =
    open.probe === undefined
      ? { form: open.decoder.form, warnings: [], firstRunMs: await runMs() }
      : await probe(session, {
          model: open.probe.model,
          family,
          form: open.decoder.form,
          facts: { input: options.input, classCount: options.classNames.length },
        });
  const decode = family.createDecoder(form, options);
  await send({
    type: 'ready',
    startMs: process.uptime() * 1000,
    warmUpMs: firstRunMs,
    supportedProviders: supportedProviders(),
    form,
    warnings,
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
        while (runs.length < message.runs && !(runs.at(-1)! > message.giveUpAboveMs)) runs.push(await runMs());
        void send({ type: 'measured', runMs: runs });
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
