import { build } from 'esbuild';
import { join, resolve } from 'node:path';

/** Bundles a page as an application would: for browsers, ES modules, lazy chunks kept apart. */
export async function bundleForBrowser({ contents, resolveDir, outdir }) {
  const { metafile } = await build({
    absWorkingDir: resolveDir,
    stdin: { contents, resolveDir, sourcefile: 'page.js' },
    bundle: true,
    entryNames: 'page',
    format: 'esm',
    logLevel: 'silent',
    metafile: true,
    minify: true,
    outdir,
    platform: 'browser',
    splitting: true,
    target: 'es2022',
  });
  const outputs = new Map(
    Object.entries(metafile.outputs).map(([path, output]) => [resolve(resolveDir, path), { path, ...output }]),
  );
  const entry = outputs.get(join(outdir, 'page.js'));
  const isMqtt = (output) => Object.keys(output.inputs).some((input) => /(^|\/)node_modules\/mqtt\//.test(input));
  const chunks = [...outputs.values()];

  const firstPaint = new Set();
  const follow = (output) => {
    if (!output || firstPaint.has(output)) return;
    firstPaint.add(output);
    for (const { path, kind } of output.imports)
      if (kind === 'import-statement') follow(outputs.get(resolve(resolveDir, path)));
  };
  follow(entry);

  return {
    /** Imports that no browser can follow. */
    unresolved: chunks.flatMap((output) => output.imports.filter(({ external }) => external).map(({ path }) => path)),
    /** Files that are for Node only. */
    nodeOnly: chunks.flatMap((output) =>
      Object.keys(output.inputs).filter((input) =>
        /node_modules\/socks\/|\/wire\/node\/(?!.*-browser\.js$)|\/resolve-srv\.js$/.test(input),
      ),
    ),
    /** Whether MQTT.js comes with the page rather than later. */
    mqttAtFirst: [...firstPaint].some(isMqtt),
    /** The chunks with MQTT.js in them. */
    mqttChunks: chunks.filter(isMqtt).map(({ path }) => resolve(resolveDir, path)),
    /** The packages that are in it. */
    packages: [
      ...new Set(
        chunks.flatMap(({ inputs }) =>
          Object.keys(inputs).flatMap((input) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []),
        ),
      ),
    ],
    /** The files that come with the page. */
    firstPaintFiles: [...firstPaint].map(({ path }) => resolve(resolveDir, path)),
    /** Minified bytes that come with the page. */
    firstPaintBytes: [...firstPaint].reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
