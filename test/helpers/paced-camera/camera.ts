import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { CameraClock } from './camera-clock.js';
import { Client } from './client.js';
import { DrawingBoard, type DrawnPicture } from './drawing-board.js';
import { pictureLoop, type PictureLoop } from './loop.js';
import type { CameraCommand, CameraFacts, Drawing } from './messages.js';
import type { PacedCameraOptions } from './options.js';
import { sdpOf } from './sdp.js';

const now = (): number => Number(process.hrtime.bigint()) / 1e6;

/** An RTSP server that sends encoded pictures in real time. Every client gets the same ones. */
export class Camera {
  readonly #options: PacedCameraOptions;
  readonly #onDrawn: (drawing: Drawing) => void;
  readonly #clock: CameraClock;
  readonly #board: DrawingBoard;
  readonly #server: Server;
  readonly #clients = new Set<Client>();
  readonly #requests: Record<string, number> = {};
  readonly #cpuAtStart = process.cpuUsage();
  readonly #startedAtMs = now();
  #loop: PictureLoop;
  #recent: DrawnPicture[] = [];
  #lossyUntilMs = 0;
  #silentUntilMs = 0;
  /** Totals of clients that left. */
  readonly #left = { packetsSent: 0, bytesSent: 0, skipped: 0 };

  private constructor(options: PacedCameraOptions, loop: PictureLoop, onDrawn: (drawing: Drawing) => void) {
    this.#options = options;
    this.#loop = loop;
    this.#onDrawn = onDrawn;
    this.#clock = new CameraClock(now(), performance.timeOrigin + performance.now() - now(), options);
    this.#board = new DrawingBoard({
      loop,
      fps: options.fps,
      clock: this.#clock,
      now,
      onDrawn: (drawn) => this.#drew(drawn),
      onSend: (drawn) => this.#send(drawn),
    });
    this.#server = createServer((socket) =>
      this.#clients.add(
        new Client(socket, {
          options,
          clock: this.#clock,
          now,
          sdp: () => sdpOf(options, this.#loop),
          recent: () => this.#recent,
          isLossy: () => now() < this.#lossyUntilMs,
          isSilent: () => now() < this.#silentUntilMs,
          onRequest: (method) => {
            this.#requests[method] = (this.#requests[method] ?? 0) + 1;
          },
          onClosed: (client) => this.#closed(client),
        }),
      ),
    );
  }

  /** Encodes the pictures unless they are cached, then listens. */
  static async listen(
    options: PacedCameraOptions,
    onDrawn: (drawing: Drawing) => void,
  ): Promise<{ readonly camera: Camera; readonly port: number }> {
    const camera = new Camera(options, await pictureLoop(options), onDrawn);
    camera.#server.listen(options.port, '127.0.0.1');
    await once(camera.#server, 'listening');
    return { camera, port: (camera.#server.address() as AddressInfo).port };
  }

  async obey(command: CameraCommand): Promise<void> {
    switch (command.do) {
      case 'freeze': {
        this.#board.freeze(command);
        if (command.silent === true) this.#silentUntilMs = now() + command.ms;
        break;
      }
      case 'lose':
        this.#lossyUntilMs = now() + command.ms;
        break;
      case 'jump-media':
        this.#clock.jumpMedia(command.ms);
        break;
      case 'step-wall':
        this.#clock.stepWall(command.ms);
        break;
      case 'resize': {
        this.#loop = await pictureLoop({ ...this.#options, width: command.width, height: command.height });
        this.#board.change(this.#loop);
        break;
      }
      case 'hang-up':
        this.#clients.forEach((client) => client.hangUp());
        break;
    }
  }

  facts(): CameraFacts {
    const { user, system } = process.cpuUsage(this.#cpuAtStart);
    const totals = { ...this.#left };
    for (const { stream } of this.#clients) addTo(totals, stream);
    return {
      cpuMs: (user + system) / 1000,
      upMs: now() - this.#startedAtMs,
      openClients: this.#clients.size,
      requests: { ...this.#requests },
      ...totals,
    };
  }

  #drew({ picture, drawnAtMs, mediaMs }: DrawnPicture): void {
    this.#onDrawn({ index: picture.index, drawnAtMs, mediaMs });
  }

  #send(drawn: DrawnPicture): void {
    if (drawn.picture.isKey) this.#recent = [];
    this.#recent.push(drawn);
    for (const { stream } of this.#clients) stream?.send(drawn);
  }

  #closed(client: Client): void {
    this.#clients.delete(client);
    addTo(this.#left, client.stream);
  }
}

type Totals = Pick<CameraFacts, 'packetsSent' | 'bytesSent' | 'skipped'>;

function addTo(totals: { -readonly [Name in keyof Totals]: number }, stream: Totals | undefined): void {
  totals.packetsSent += stream?.packetsSent ?? 0;
  totals.bytesSent += stream?.bytesSent ?? 0;
  totals.skipped += stream?.skipped ?? 0;
}
