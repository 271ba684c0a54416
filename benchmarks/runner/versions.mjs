import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { versionOfProgram, versionsOfPython } from './programs.mjs';

const require = createRequire(import.meta.url);
const PACKAGES = ['@rxmqtt/core', '@rxmqtt/rx', 'mqtt', 'rxjs'];

/** The versions of Node, of our packages and of whatever else the contestants and the peer of a case need. */
export function versionsOf({ contestants, peer }) {
  const participants = peer === undefined ? contestants : [...contestants, peer];
  const needed = (kind) => [...new Set(participants.flatMap((participant) => participant[kind] ?? []))];
  return {
    node: process.version,
    ...versions([...new Set([...PACKAGES, ...needed('requires')])], versionOfPackage),
    ...versions(needed('programs'), versionOfProgram),
    ...(needed('python').length === 0 ? {} : versionsOfPython(needed('python'))),
  };
}

function versions(names, versionOf) {
  return Object.fromEntries(names.map((name) => [name, versionOf(name)]));
}

/** The version of an installed package; packages need not export their package.json, so that it is looked for upwards. */
function versionOfPackage(name) {
  try {
    let folder = dirname(require.resolve(name));
    for (;;) {
      const manifest = readManifest(folder);
      if (manifest?.name === name) return manifest.version;
      if (folder === dirname(folder)) return undefined;
      folder = dirname(folder);
    }
  } catch {
    return undefined;
  }
}

function readManifest(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  } catch {
    return undefined;
  }
}
