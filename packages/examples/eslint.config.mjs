import rxjsX from 'eslint-plugin-rxjs-x';
import base from '../../eslint.config.mjs';

export default [
  ...base,
  { files: ['**/*.ts'], ...rxjsX.configs.strict },
  {
    files: ['**/src/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^@rxmqtt/[^/]+/(src|dist|package)', message: 'Examples import public entries only.' },
            { regex: '^(\\.\\./)+(core|rx)/', message: 'Examples import public entries only.' },
          ],
        },
      ],
      // Examples print, and may leave errors to the process: that is what a reader's first program does.
      'rxjs-x/no-ignored-error': 'off',
      // A source that stops while what it has emitted is still being finished is how a program drains.
      'rxjs-x/no-unsafe-takeuntil': 'off',
    },
  },
  {
    files: ['**/*.spec.ts', '**/test/**/*.ts'],
    rules: {
      'rxjs-x/no-ignored-default-value': 'off',
      'rxjs-x/no-ignored-error': 'off',
      'rxjs-x/no-implicit-any-catch': 'off',
      // Consumers that re-enter are a case of their own.
      'rxjs-x/no-nested-subscribe': 'off',
    },
  },
];
