import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { itNeeds } from './helpers/needs.js';
import { nodeOf } from './helpers/node-releases.js';
import { installPacked, type PackedPackage } from './helpers/packed-package.js';

/** The expected output of each program. */
const PROGRAMS: Readonly<Record<string, { readonly prints: RegExp; readonly args?: readonly string[] }>> = {
  'own-source.mjs': { prints: /^[1-9]\d* percepts and \d+ drops of 60 pictures$/m },
  'own-detector.mjs': { prints: /^frame 0: spot at 0, 320$/m },
  'own-detector.cjs': { prints: /^frame 0: spot at 0, 320$/m },
  'own-policy.mjs': { prints: /^[1-9]\d* percepts, \d+ frames too soon$/m, args: ['run.jsonl'] },
  'zones-and-lines.mjs': { prints: /^car crossed the gate: leaves the drive\n[^]*^ {2}in the drive: 0 car$/m },
  'two-cameras.mjs': { prints: /^front: [1-9]\d* percepts of \d+ frames$/m },
  'original-picture.mjs': { prints: /^frame \d+: 640x360 of 1280x720 in .*\.jpg$/m },
  // Reads the recording of own-policy.mjs.
  'replay.mjs': { prints: /^street, detected by nowcast-nano.onnx\n\{[^]*percept: [1-9]/m, args: ['run.jsonl', '20'] },
  'sap.test.mjs': { prints: /^sAP 0\.\d{3}$/m },
};

/** The modules of commands, with the expected output of the command. */
const MODULES: Readonly<Record<string, { readonly command: readonly string[]; readonly prints: RegExp }>> = {
  'own-schedule.mjs': {
    command: ['run', 'demo:7', '--max-frames', '30', '--json', '--schedule', './own-schedule.mjs'],
    prints: /"policy:exposure":3\b/,
  },
};

/** The supported releases besides the one that runs this. */
const OTHER_RELEASES = [20, 22, 24].filter((major) => !process.versions.node.startsWith(`${major}.`));

describe('the examples, run from the packed package', function () {
  this.timeout(300_000);
  let installed: PackedPackage;

  before(() => {
    installed = installPacked();
    cpSync('examples', installed.folder, { recursive: true });
  });
  after(() => installed.remove());

  const printedBy = (node: string, file: string, args: readonly string[] = []): string => {
    const { status, stdout, stderr } = spawnSync(node, ['--no-warnings', file, ...args], {
      cwd: installed.folder,
      encoding: 'utf8',
      env: { ...process.env, NOWCAST_CACHE: join(installed.folder, 'cache') },
      timeout: 120_000,
    });
    assert.equal(status, 0, stderr + stdout);
    return stdout;
  };

  it('are all tested here and listed in the README', () => {
    const files = readdirSync('examples')
      .filter((name) => /\.[cm]js$/.test(name))
      .sort();
    assert.deepEqual(files, [...Object.keys(PROGRAMS), ...Object.keys(MODULES)].sort());
    const readme = readFileSync('examples/README.md', 'utf8');
    for (const file of files) assert.ok(readme.includes(`](${file})`), file);
  });

  for (const [file, { prints, args }] of Object.entries(PROGRAMS)) {
    it(`${file} prints the expected output`, () => {
      assert.match(printedBy(process.execPath, file, args), prints);
    });
  }

  const commandOf = (): string => join('node_modules', 'nowcast', 'dist', 'src', 'cli', 'main.js');

  for (const [file, { command, prints }] of Object.entries(MODULES)) {
    it(`${file} works in nowcast ${command[0]}`, () => {
      assert.match(printedBy(process.execPath, commandOf(), command), prints);
    });
  }

  for (const major of OTHER_RELEASES) {
    const node = nodeOf(major);
    for (const [file, { prints, args }] of Object.entries(PROGRAMS)) {
      itNeeds({ [`a Node ${major}`]: node !== undefined }, `${file} runs on Node ${major}`, () => {
        assert.match(printedBy(node!, file, args), prints);
      });
    }
    for (const [file, { command, prints }] of Object.entries(MODULES)) {
      itNeeds(
        { [`a Node ${major}`]: node !== undefined },
        `${file} works in nowcast ${command[0]} on Node ${major}`,
        () => {
          assert.match(printedBy(node!, commandOf(), command), prints);
        },
      );
    }
  }

  const bundled = async (file: string, options: BuildOptions): Promise<string> => {
    await build({
      absWorkingDir: installed.folder,
      entryPoints: [file],
      outfile: join(installed.folder, `bundled-${file}`),
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      logLevel: 'error',
      ...options,
    });
    return printedBy(process.execPath, `bundled-${file}`);
  };

  it('own-source.mjs runs as a bundle that leaves packages outside', async () => {
    assert.match(await bundled('own-source.mjs', { packages: 'external' }), PROGRAMS['own-source.mjs'].prints);
  });

  it('own-detector.mjs runs as one file with all its imports', async () => {
    const printed = await bundled('own-detector.mjs', {
      external: ['onnxruntime-node', 'sharp', '@napi-rs/canvas'],
      banner: {
        js: 'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);',
      },
    });
    assert.match(printed, PROGRAMS['own-detector.mjs'].prints);
  });
});
