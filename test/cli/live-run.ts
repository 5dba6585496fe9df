import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import type { FeedMessage } from '../../src/streaming/feed/protocol.js';
import { nowcast, type CommandResult } from '../helpers/command.js';
import { stampModel } from '../helpers/paced-camera/stamp-model.js';
import { within } from './person-run.js';

/** A run of one camera with the stamp model. It is recorded, kept as a video, and watched through its feed. */
export class LiveRun {
  readonly messages: FeedMessage[] = [];
  readonly result: Promise<CommandResult>;
  #child: ChildProcess | undefined;
  #isOver = false;
  #recheck: () => void = () => undefined;

  /** @param camera further keys of the camera's configuration */
  constructor(
    folder: string,
    url: string,
    { camera = {}, flags = [] }: { readonly camera?: object; readonly flags?: readonly string[] } = {},
  ) {
    writeFileSync(join(folder, 'stamp.onnx'), stampModel());
    writeFileSync(
      join(folder, 'run.yaml'),
      JSON.stringify({
        cameras: { cam: { source: url, ...camera } },
        model: { path: 'stamp.onnx', provider: 'cpu' },
        detect: { schedule: 'idle-free', budget: '10s', forecast: 'none' },
        feed: { port: 0 },
        output: { record: 'run.jsonl', save: 'out.mp4' },
      }),
    );
    this.result = nowcast(['run', '-c', 'run.yaml', '--json', '--log-format', 'json', ...flags], {
      ...within(folder),
      onStart: (child) => this.#follow(child),
    });
    void this.result.finally(() => {
      this.#isOver = true;
      this.#recheck();
    });
  }

  /** Resolves when the condition holds after a message. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#isOver) throw new Error(`the run is over: ${(await this.result).stderr}`);
      await new Promise<void>((resolve) => {
        this.#recheck = resolve;
      });
    }
  }

  /** Resolves after this many further percepts. */
  percepts(count: number): Promise<void> {
    const seen = this.count('percept');
    return this.until(() => this.count('percept') >= seen + count);
  }

  count(type: FeedMessage['type']): number {
    return this.messages.filter((message) => message.type === type).length;
  }

  /** Presses Ctrl-C; resolves with the result. */
  interrupt(): Promise<CommandResult> {
    this.#child!.kill('SIGINT');
    return this.result;
  }

  #follow(child: ChildProcess): void {
    this.#child = child;
    let log = '';
    let isFollowed = false;
    child.stderr!.on('data', (data: Buffer) => {
      log += data.toString();
      const url = /ws:\/\/127\.0\.0\.1:\d+\//.exec(log)?.[0];
      if (url === undefined || isFollowed) return;
      isFollowed = true;
      new WebSocket(url, 'nowcast.feed.v1')
        .on('message', (message: Buffer) => {
          this.messages.push(JSON.parse(message.toString()) as FeedMessage);
          this.#recheck();
        })
        .on('error', () => undefined);
    });
  }
}
