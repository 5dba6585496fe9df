import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

type Manifest = {
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
};
const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const ENTRIES = Object.entries(exports).flatMap(([path, target]) =>
  typeof target === 'string' ? [] : [{ name: `nowcast${path.slice(1)}`, ...target }],
);

/**
 * Runs a program in a separate process in this package, which may import itself by its name; returns the JSON that it
 * prints.
 */
function printedBy(program: string, kind: 'module' | 'commonjs'): unknown {
  const printed = execFileSync(process.execPath, ['--no-warnings', `--input-type=${kind}`, '-e', program], {
    encoding: 'utf8',
  });
  return JSON.parse(printed);
}

/** Prints the native libraries of packages that the process has loaded. */
const PRINT_NATIVE = `
  process.report.excludeNetwork = true;
  console.log(JSON.stringify(process.report.getReport().sharedObjects.filter((path) => path.includes('node_modules'))));
`;

describe('the entries of the package', () => {
  it('are the library, evaluation, synth and training', () => {
    assert.deepEqual(
      ENTRIES.map(({ name }) => name),
      ['nowcast', 'nowcast/evaluation', 'nowcast/synth', 'nowcast/training'],
    );
  });

  for (const { name, types, default: file } of ENTRIES) {
    it(`${name} gives ES modules and CommonJS the same names`, () => {
      const imported = printedBy(`console.log(JSON.stringify(Object.keys(await import('${name}')).sort()))`, 'module');
      const required = printedBy(`console.log(JSON.stringify(Object.keys(require('${name}')).sort()))`, 'commonjs');
      assert.ok(Array.isArray(imported) && imported.length > 0);
      assert.deepEqual(
        (required as string[]).filter((key) => key !== '__esModule' && key !== 'default'),
        imported,
      );
    });

    it(`${name} lists each name`, () => {
      assert.ok(types.replace('.d.ts', '.js') === file, types);
      assert.doesNotMatch(readFileSync(file, 'utf8'), /export \*/);
    });
  }

  for (const [what, program] of Object.entries({
    nowcast: 'await import("nowcast");',
    'nowcast/evaluation': 'await import("nowcast/evaluation");',
    'nowcast, with a pipeline that ran,': `
      import { createPipeline, letterbox, memorySource, monotonicClock as clock, trackerByName } from 'nowcast';
      const input = { width: 32, height: 32 };
      const size = { width: 64, height: 64 };
      const pictures = [{ size, fit: letterbox(size, input), image: new Uint8Array(3 * 32 * 32) }];
      const detector = {
        info: { model: 'mine', input, classNames: ['thing'] }, hosts: 1,
        detect: async () => ({ detections: [], times: { inferStartMs: 0, inferEndMs: 0, doneAtMs: 0 } }), ready: async () => {}, close: async () => {},
      };
      const source = memorySource(pictures, { streamId: 'mine', fps: 100, clock });
      await createPipeline({ sources: [source], detector, clock, tracker: trackerByName('nowcast'), forecast: true }).forEach(() => {});
    `,
  })) {
    it(`${what} loads no native library into the program`, () => {
      assert.deepEqual(printedBy(program + PRINT_NATIVE, 'module'), []);
    });
  }

  it('the check above detects native libraries', () => {
    const loaded = printedBy(`await import('nowcast/synth'); ${PRINT_NATIVE}`, 'module') as string[];
    assert.ok(
      loaded.some((path) => path.includes('canvas')),
      loaded.join(),
    );
  });
});
