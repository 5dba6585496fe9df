import { asyncScheduler } from 'rxjs';
import type { Clock } from '../../../src/core/clock.js';
import type { CodedUnit, SenderReport, UnitStreamEvents } from '../../../src/core/coded-unit.js';
import { TsStream } from '../../../src/streaming/mpegts/ts-stream.js';

/** The events of a stream of units. */
export class StreamRecord implements UnitStreamEvents {
  readonly opened: { readonly codec: string; readonly transport: string }[] = [];
  readonly units: CodedUnit[] = [];
  readonly reports: SenderReport[] = [];
  readonly notices: string[] = [];
  aliveCount = 0;
  readonly #waiting: { readonly until: () => boolean; readonly resolve: () => void }[] = [];

  onOpen(opened: { readonly codec: string; readonly transport: string }): void {
    this.opened.push(opened);
    this.#tell();
  }

  onUnit(unit: CodedUnit): void {
    this.units.push(unit);
    this.#tell();
  }

  onReport(report: SenderReport): void {
    this.reports.push(report);
    this.#tell();
  }

  onAlive(): void {
    this.aliveCount += 1;
    this.#tell();
  }

  onNotice(text: string): void {
    this.notices.push(text);
    this.#tell();
  }

  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ until: condition, resolve }));
  }

  #tell(): void {
    for (const waiter of this.#waiting.filter(({ until }) => until())) {
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      waiter.resolve();
    }
  }
}

/** A stream without a socket: the test pushes the bytes, and its clock stands at `now`. */
export function pushedStream({ timeoutMs = 5_000 } = {}): {
  stream: TsStream;
  record: StreamRecord;
  at: { now: number };
} {
  const record = new StreamRecord();
  const at = { now: 0 };
  const clock: Clock = { now: () => at.now };
  const stream = new TsStream('MPEG-TS', { clock, scheduler: asyncScheduler, timeoutMs }, record);
  stream.attach({ close: () => stream.closed() });
  return { stream, record, at };
}
