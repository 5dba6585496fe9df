import assert from 'node:assert/strict';
import { filedAddress } from '../../../src/app/init/camera-secret.js';

describe('the address of a camera in a new configuration', () => {
  for (const [address, text, variable] of [
    ['rtsp://192.0.2.7/stream1', 'rtsp://192.0.2.7/stream1', undefined],
    ['rtsp://192.0.2.7/garage', 'rtsp://192.0.2.7/garage', undefined],
    [
      'rtsp://me:p@ss#1@192.0.2.7:554/h264',
      'rtsp://me:${FRONT_YARD_PASSWORD}@192.0.2.7:554/h264',
      'FRONT_YARD_PASSWORD',
    ],
    ['rtsp://me:p/ss@192.0.2.7/h264', 'rtsp://me:${FRONT_YARD_PASSWORD}@192.0.2.7/h264', 'FRONT_YARD_PASSWORD'],
    ['rtsp://me@192.0.2.7/h264', 'rtsp://me@192.0.2.7/h264', undefined],
    ['rtsp://8f3a9c2e7db1@192.0.2.7/h264', '${FRONT_YARD_URL}', 'FRONT_YARD_URL'],
    ['http://192.0.2.7/v.cgi?user=me&pwd=hunter22', '${FRONT_YARD_URL}', 'FRONT_YARD_URL'],
    ['http://me:hunter22@192.0.2.7/v.cgi?loginpas=xyzzy123', '${FRONT_YARD_URL}', 'FRONT_YARD_URL'],
    ['rtsp://192.0.2.7/live/8f3a9c2e7db1', '${FRONT_YARD_URL}', 'FRONT_YARD_URL'],
    ['/clips/${odd}.mp4', '/clips/$${odd}.mp4', undefined],
    ['/dev/video0', '/dev/video0', undefined],
    ['demo:7', 'demo:7', undefined],
  ] as const)
    it(`${address} is ${text}`, () => {
      const filed = filedAddress(address, 'front-yard');
      assert.equal(filed.text, text);
      assert.equal(filed.variable?.name, variable);
    });

  it('of a camera whose name begins with a digit needs a variable that a shell takes', () =>
    assert.equal(filedAddress('rtsp://u:secret12@h/1', '2nd')?.variable?.name, 'CAMERA_2ND_PASSWORD'));
});
