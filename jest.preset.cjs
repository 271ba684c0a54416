const nxPreset = require('@nx/jest/preset').default;

// Published as ES modules only; Jest loads CommonJS, so they go through the transform.
const esmOnly = [
  '@ark/[^/]+',
  'aedes',
  'ansi-escapes',
  'ansi-regex',
  'ansi-styles',
  'arkregex',
  'arktype',
  'cli-cursor',
  'environment',
  'get-east-asian-width',
  'is-fullwidth-code-point',
  'log-update',
  'mimic-function',
  'onetime',
  'restore-cursor',
  'signal-exit',
  'slice-ansi',
  'string-width',
  'strip-ansi',
  'wrap-ansi',
];

const swc = (parser) => [
  '@swc/jest',
  { swcrc: false, jsc: { target: 'es2022', parser }, module: { type: 'commonjs' }, sourceMaps: 'inline' },
];

module.exports = {
  ...nxPreset,
  testEnvironment: 'node',
  // Longer than what `within` waits for, so that its message is read. It ends what hangs, and measures nothing.
  testTimeout: 120_000,
  // One for each core, where Jest's own choice leaves one free: half of the time of the slowest files is waiting, for brokers,
  // other processes and real seconds.
  maxWorkers: '100%',
  // Type specs are checked by `typecheck`; running them proves nothing.
  testPathIgnorePatterns: ['/node_modules/', '\\.type\\.spec\\.ts$'],
  transform: {
    '^.+\\.[mc]?ts$': swc({ syntax: 'typescript' }),
    '^.+\\.[mc]?js$': swc({ syntax: 'ecmascript' }),
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
  // The source condition comes first: without it rx's specs would run against core's last build.
  testEnvironmentOptions: { customExportConditions: ['@rxmqtt/source', 'node', 'require', 'default'] },
};
