import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { bundleForBrowser } from '../../tools/lib/browser-bundle.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));

/**
 * Measures what a browser must have before a page can begin: what esbuild puts in the first chunk and what that imports, minified.
 * What is loaded later does not count. With `lazy`, MQTT.js must be in what is loaded later.
 */
export async function measure({ page }, { lazy }) {
  const outdir = await realpath(await mkdtemp(join(tmpdir(), 'rxmqtt-bench-page-')));
  try {
    const bundle = await bundleForBrowser({ contents: page, resolveDir: here, outdir });
    const files = await Promise.all(bundle.firstPaintFiles.map((file) => readFile(file)));
    const compressed = files.reduce((sum, file) => sum + gzipSync(file).length, 0);
    const flaws = [];
    if (lazy && bundle.mqttAtFirst) flaws.push('MQTT.js comes with the page');
    if (lazy && bundle.mqttChunks.length === 0) flaws.push('MQTT.js is in no chunk at all');
    if (bundle.unresolved.length > 0) flaws.push(`no browser can load ${bundle.unresolved.join(', ')}`);
    return {
      value: bundle.firstPaintBytes / 1e3,
      compressed: compressed / 1e3,
      chunks: files.length,
      succeeded: 1,
      expected: 1,
      flaws,
    };
  } finally {
    await rm(outdir, { recursive: true, force: true });
  }
}
