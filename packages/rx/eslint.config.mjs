import rxjsX from 'eslint-plugin-rxjs-x';
import { join } from 'node:path';
import base, { neutralCode } from '../../eslint.config.mjs';

const sources = ['**/src/**/*.ts'];
const specs = ['**/*.spec.ts', '**/test/**/*.ts'];

export default [
  ...base,
  { files: ['**/*.ts'], ...rxjsX.configs.strict },
  {
    files: ['**/*.ts'],
    rules: {
      'rxjs-x/finnish': [
        'error',
        { functions: false, methods: false, parameters: false, properties: true, variables: true, strict: false },
      ],
    },
  },
  {
    files: sources,
    rules: {
      'rxmqtt/import-rooms': [
        'error',
        {
          src: join(import.meta.dirname, 'src'),
          packages: {
            '@rxmqtt/core': ['*'],
            '@rxmqtt/core/testing': ['testing'],
            rxjs: ['*'],
            '@standard-schema/spec': ['codecs'],
          },
          leaves: { errors: [] },
          closed: ['testing', 'node'],
          node: ['node'],
        },
      ],
    },
  },
  {
    files: sources,
    ignores: specs,
    rules: {
      ...neutralCode,
      'import-x/no-extraneous-dependencies': ['error', { packageDir: import.meta.dirname, includeTypes: true }],
    },
  },
  {
    files: ['**/src/internal/random.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    // Hands its subjects to the test on purpose.
    files: ['**/src/testing/**/*.ts', ...specs],
    rules: { 'rxjs-x/no-exposed-subjects': 'off' },
  },
  {
    files: specs,
    rules: {
      'rxjs-x/finnish': 'off',
      'rxjs-x/no-ignored-default-value': 'off',
      'rxjs-x/no-ignored-error': 'off',
      'rxjs-x/no-implicit-any-catch': 'off',
      // Consumers that re-enter are a case of their own.
      'rxjs-x/no-nested-subscribe': 'off',
    },
  },
];
