import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
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

/** Deletes built files whose source is gone, because they would be published; tsc never does. Returns their names. */
export function removeLeftovers(name) {
  const folder = join(root, 'packages', name);
  for (const format of ['esm', 'cjs', 'node']) {
    const built = join(folder, 'dist', format);
    if (!existsSync(built)) throw new Error(`${relative(root, built)} is missing: run npm run build first.`);
  }
  return ['esm', 'cjs'].flatMap((format) => {
    const built = join(folder, 'dist', format);
    const stems = readdirSync(built, { recursive: true })
      .filter((file) => file.endsWith('.js'))
      .map((file) => file.slice(0, -'.js'.length))
      .filter((stem) => !existsSync(join(folder, 'src', `${stem}.ts`)));
    for (const stem of stems)
      for (const ending of ['.js', '.js.map', '.d.ts', '.d.ts.map'])
        rmSync(join(built, stem + ending), { force: true });
    return stems;
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
