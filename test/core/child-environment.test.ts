import assert from 'node:assert/strict';
import { childEnvironment } from '../../src/core/child-environment.js';

describe('the environment of a child process', () => {
  it('has what programs and libraries need', () => {
    const env = {
      PATH: '/usr/bin',
      HOME: '/home/me',
      LC_ALL: 'C.UTF-8',
      LD_LIBRARY_PATH: '/opt/cuda/lib64',
      CUDA_VISIBLE_DEVICES: '1',
      OMP_NUM_THREADS: '2',
      LIBVA_DRIVER_NAME: 'iHD',
      http_proxy: 'http://proxy.lan:3128',
      no_proxy: 'localhost',
      SystemRoot: 'C:\\Windows',
    };
    assert.deepEqual(childEnvironment(env), env);
  });

  it('has no secret', () => {
    for (const [name, value] of [
      ['NOWCAST_TOKEN', 'feed-secret'],
      ['NOWCAST_FFMPEG', '/opt/ffmpeg'],
      ['CAMERA_PASSWORD', 'secret'],
      ['CAM1', 'secret'],
      ['AWS_SECRET_ACCESS_KEY', 'secret'],
      ['CUDA_PASSWORD', 'secret'],
      ['NVIDIA_API_KEY', 'secret'],
      ['HTTPS_PROXY', 'http://me:secret@proxy.lan:3128'],
      ['http_proxy', 'me:secret@proxy.lan:3128'],
      ['__proto__', 'secret'],
    ] as const)
      assert.deepEqual(Object.keys(childEnvironment(Object.fromEntries([[name, value]]))), [], name);
  });
});
