import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { placementOf, recordPlacement } from '../../src/model/placement.js';

const kernel = (operator: string, provider: string): object => ({
  cat: 'Node',
  name: `/some/${operator}_kernel_time`,
  args: { op_name: operator, provider },
});

/** As ONNX Runtime writes it: an array of events, of which some are about nodes. */
const TRACE = [
  { cat: 'Session', name: 'model_run', args: {} },
  kernel('Conv', 'WebGpuExecutionProvider'),
  { cat: 'Node', name: '/some/Conv_fence_before', args: { op_name: 'Conv', provider: 'CPUExecutionProvider' } },
  kernel('SpaceToDepth', 'CPUExecutionProvider'),
  kernel('Conv', 'WebGpuExecutionProvider'),
];

describe('placement', () => {
  it('counts the kernels of a trace, and names those on the CPU', () => {
    assert.deepEqual(placementOf(TRACE), { nodes: 3, onCpu: ['SpaceToDepth'] });
  });

  it('leaves no file behind, whether the run succeeds or fails', async () => {
    let folder = '';
    const placement = await recordPlacement(async (at) => {
      folder = dirname(at);
      await writeFile(`${at}_2026.json`, JSON.stringify(TRACE));
    });
    assert.equal(placement.nodes, 3);
    assert.ok(!existsSync(folder));
    await assert.rejects(
      recordPlacement(async (at) => {
        folder = dirname(at);
        throw new Error('no adapter');
      }),
      /no adapter/,
    );
    assert.ok(!existsSync(folder));
  });
});
