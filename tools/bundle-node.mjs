// Run in a package's folder after its build: one file for each of its entries, and what they share, for Node. There each module
// costs a look-up and a read, and hundreds of small ones more than all that they do; bundlers keep the small ones, to leave out
// what is not used.
import { readFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));

rmSync('dist/node', { recursive: true, force: true });
await build({
  entryPoints: Object.values(exports).flatMap((entry) => entry.import?.default ?? []),
  outbase: 'dist/esm',
  outdir: 'dist/node',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'es2022',
  packages: 'external',
  chunkNames: 'shared/[name]-[hash]',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
});
