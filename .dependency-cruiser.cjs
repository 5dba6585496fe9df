/** The drawing in docs/architecture: what each folder may import. Checked by `npm run imports`. */
const allow = (from, to, except = []) => ({
  name: `${from.replaceAll(/[\^$]|src\//g, '')} imports only what it may`,
  severity: 'error',
  from: { path: `^${from}/`, ...(except.length ? { pathNot: except } : {}) },
  to: {
    path: '^(src|evaluation|synth|training|test|bench|fuzz)/',
    pathNot: [`^${from}/`, ...to.map((path) => `^${path}`)],
  },
});

/** Only `files` may import the package. */
const only = (name, files) => ({
  name: `${name} has one importer`,
  severity: 'error',
  from: { path: '^(src|evaluation|synth|training)/', pathNot: files },
  to: { path: `^node_modules/${name}/` },
});

module.exports = {
  forbidden: [
    { name: 'no cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.d\\.ts$', '^(src|evaluation|synth|training)/index\\.ts$'] },
      to: {},
    },
    {
      name: 'only declared packages',
      severity: 'error',
      from: {},
      // An optional peer dependency has several types: it is a development dependency, too.
      to: {
        dependencyTypes: ['npm-no-pkg', 'npm-dev', 'unknown', 'undetermined'],
        dependencyTypesNot: ['npm', 'npm-peer', 'type-only'],
      },
    },
    {
      name: 'core imports nothing outside',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { pathNot: '^src/core/' },
    },
    allow('src/core', []),
    allow('src/children', ['src/core/']),
    allow('src/files', ['src/core/']),
    allow('src/scheduling', ['src/core/']),
    allow('src/pickle', ['src/core/']),
    allow('src/track', ['src/core/']),
    allow('src/scene', ['src/core/']),
    allow('src/recording', ['src/core/', 'src/files/']),
    allow('src/config', ['src/core/']),
    allow('src/model', ['src/children/', 'src/core/', 'src/files/', 'src/scheduling/runtime-profile']),
    allow('src/pipeline', ['src/core/', 'src/scheduling/', 'src/scene/', 'src/track/']),
    allow('src/streaming', ['src/children/', 'src/core/', 'src/files/', 'src/recording/']),
    allow('evaluation', ['src/core/', 'src/pickle/', 'src/scheduling/', 'src/track/', 'src/recording/']),
    allow('synth', ['src/core/', 'src/files/']),
    allow('training', [
      'src/core/',
      'src/files/',
      'src/model/(families|onnx)/',
      'src/streaming/pictures/',
      'evaluation/coco-ap',
      'evaluation/report/(page|markup|scale|tables)',
      'evaluation/warnings',
    ]),
    allow('src/cli', [
      'src/app/',
      'src/config/',
      'src/core/',
      'evaluation/(coco-table|score|confusion)',
      'training/config',
    ]),
    {
      name: 'nothing imports the command line',
      severity: 'error',
      from: { pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'pipeline uses rxjs alone',
      severity: 'error',
      from: { path: '^src/pipeline/' },
      to: { path: '^node_modules/', pathNot: '^node_modules/(rxjs|hdr-histogram-js)/' },
    },
    {
      name: 'rxjs stays in the pipeline and the streams',
      severity: 'error',
      from: {
        path: '^(src|evaluation|synth|training)/',
        pathNot: '^src/(pipeline|streaming/(sources|rtsp|mpegts|http-pictures|hls)|app)',
      },
      to: { path: '^node_modules/rxjs/' },
    },
    only('onnxruntime-node', ['^src/model/inference-session\\.ts$', '^training/engines/']),
    only('fluent-ffmpeg', ['^src/streaming/ffmpeg/arguments\\.ts$']),
    only('prom-client', ['^src/app/serve/metrics/registry\\.ts$']),
    only('ws', ['^src/streaming/(feed/feed-hub|live-video/live-part)\\.ts$']),
    only('mqtt-packet', ['^src/streaming/sinks/mqtt/session\\.ts$']),
    only('@tensorflow', ['^training/']),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js'],
    },
  },
};
