import { Camera } from './camera.js';
import type { CameraMessage, CameraRequest } from './messages.js';
import type { PacedCameraOptions } from './options.js';

/** The camera's process: its options are its one argument, and it ends with the process that started it. */
const tell = (message: CameraMessage): void => {
  if (process.connected) process.send!(message);
};

process.once('disconnect', () => process.exit());
const options = JSON.parse(process.argv[2]) as PacedCameraOptions;
const { camera, port } = await Camera.listen(options, (drawing) => tell({ type: 'drawn', drawing }));
process.on('message', (request: CameraRequest) => {
  void (async () => {
    if (request.command !== undefined) await camera.obey(request.command);
    tell({ type: 'answer', id: request.id, facts: camera.facts() });
  })();
});
tell({ type: 'ready', port });
