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
    },
  },
];
