import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run } from './run.mjs';
import { npmCommand, root } from './workspace.mjs';

export const published = ['core', 'rx'];

export const manifest = (name) => JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));

/** The public entries of a package, as users write them. */
export const entriesOf = (name) =>
  Object.keys(manifest(name).exports)
    .filter((entry) => entry !== './package.json')
    .map((entry) => `@rxmqtt/${name}${entry.slice(1)}`);

/** Built files whose source is gone: they would be published. */
export function leftovers(name) {
  const folder = join(root, 'packages', name);
  return ['esm', 'cjs'].flatMap((format) => {
    const built = join(folder, 'dist', format);
    if (!existsSync(built)) throw new Error(`${relative(root, built)} is missing: run npm run build first.`);
    return readdirSync(built, { recursive: true })
      .filter((file) => file.endsWith('.js') && !existsSync(join(folder, 'src', file.replace(/\.js$/, '.ts'))))
      .map((file) => relative(root, join(built, file)));
  });
}

/** Packs a package as `npm publish` would, and returns the path of the tarball. */
export async function pack(name, destination) {
  const [{ filename }] = JSON.parse(
    await run(npmCommand('pack', '--json', '--ignore-scripts', '--pack-destination', destination), {
      cwd: join(root, 'packages', name),
    }),
  );
  return join(destination, filename);
}
