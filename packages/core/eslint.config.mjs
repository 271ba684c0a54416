import { join } from 'node:path';
import base, { neutralCode } from '../../eslint.config.mjs';

const sources = ['**/src/**/*.ts'];
const specs = ['**/*.spec.ts', '**/test/**/*.ts'];

export default [
  ...base,
  {
    files: sources,
    rules: {
      'rxmqtt/import-rooms': [
        'error',
        {
          src: join(import.meta.dirname, 'src'),
          packages: { mqtt: ['wire'], 'mqtt-packet': ['wire'], socks: ['wire'], level: ['store-level'] },
          leaves: { errors: [], topics: ['errors'] },
          closed: ['testing'],
          node: ['wire/node', 'endpoints/resolve-srv.ts', 'store-level/folder.ts'],
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
    files: ['**/src/internal/clock.ts', '**/src/internal/random.ts'],
    rules: { 'no-restricted-globals': 'off', 'no-restricted-properties': 'off' },
  },
];
