import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { importRooms } from './tools/lint-rules/import-rooms.mjs';

// ESLint matches these patterns against paths relative to the config file that it found, which is the package's own:
// they must start with **/ or they match nothing and lint is silently green.
const ts = ['**/*.ts'];
const sources = ['**/src/**/*.ts'];
const specs = ['**/*.spec.ts', '**/test/**/*.ts'];
const scripts = ['**/*.mjs', '**/*.cjs'];

const nodeGlobals = Object.fromEntries(Object.getOwnPropertyNames(globalThis).map((name) => [name, 'readonly']));

export const moduleBoundaries = {
  '@nx/enforce-module-boundaries': [
    'error',
    {
      allow: [],
      banTransitiveDependencies: true,
      depConstraints: [
        {
          sourceTag: 'layer:core',
          onlyDependOnLibsWithTags: ['layer:core'],
          bannedExternalImports: ['rxjs', 'rxjs/*', '@angular/*'],
        },
        {
          sourceTag: 'layer:rx',
          onlyDependOnLibsWithTags: ['layer:core', 'layer:rx'],
          bannedExternalImports: ['mqtt', 'mqtt/*'],
        },
        {
          sourceTag: 'layer:app',
          onlyDependOnLibsWithTags: ['layer:core', 'layer:rx', 'layer:app'],
          bannedExternalImports: ['mqtt', 'mqtt/*', 'mqtt-packet'],
        },
        { sourceTag: 'layer:tools', onlyDependOnLibsWithTags: ['*'] },
      ],
    },
  ],
};

/** Code of the library that must behave the same in Node, in browsers and in virtual time. */
export const neutralCode = {
  'no-restricted-globals': [
    'error',
    ...['Buffer', 'process', 'global', '__dirname', '__filename', 'setImmediate', 'clearImmediate'].map((name) => ({
      name,
      message: 'Node only.',
    })),
    ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'].map((name) => ({
      name,
      message: 'Time is injected: take a Clock.',
    })),
    { name: 'crypto', message: 'Randomness is injected.' },
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: 'Time is injected: take a Clock.' },
    { object: 'Math', property: 'random', message: 'Randomness is injected.' },
    ...['setTimeout', 'setInterval', 'setImmediate', 'process', 'Buffer', 'performance', 'crypto'].map((property) => ({
      object: 'globalThis',
      property,
      message: 'Neither Node nor the wall clock is reached through globalThis.',
    })),
  ],
  'no-console': 'error',
};

export default tseslint.config(
  { ignores: ['**/dist', '**/out-tsc', '**/coverage', '**/results', '**/.nx'] },
  ...nx.configs['flat/base'],
  {
    plugins: { 'import-x': importX, rxmqtt: { rules: { 'import-rooms': importRooms } } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    settings: {
      'import-x/extensions': ['.ts', '.mjs', '.js'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/resolver-next': [
        createNodeResolver({
          conditionNames: ['@rxmqtt/source', 'import', 'node', 'default'],
          extensionAlias: { '.js': ['.ts', '.js'] },
          extensions: ['.ts', '.mjs', '.js'],
        }),
      ],
    },
  },
  {
    files: scripts,
    extends: [js.configs.recommended],
    languageOptions: { globals: { ...nodeGlobals, require: 'readonly', module: 'writable', __dirname: 'readonly' } },
  },
  {
    files: ts,
    extends: [js.configs.recommended, ...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      ...moduleBoundaries,
      eqeqeq: 'error',
      'no-constant-binary-expression': 'error',
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-self-import': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // Takes `return refuse('…')` for a mistake when `refuse` returns undefined.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // An index or a shift() that the line above has bounded is not worth a branch at run time; assertions that are not
      // needed are still refused.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // The compiler reports undeclared names, and knows types.
      'no-undef': 'off',
    },
  },
  {
    files: sources,
    ignores: specs,
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'No enums: a string union, or a const object with a type.' },
        { selector: 'TSModuleDeclaration[kind="namespace"]', message: 'No namespaces.' },
        { selector: 'ExportAllDeclaration', message: 'Entry points are explicit lists.' },
      ],
    },
  },
  {
    files: specs,
    rules: {
      '@typescript-eslint/no-empty-function': 'off',
      // Jest's matchers inside of expected values are `any`.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'no-control-regex': 'off',
    },
  },
);
