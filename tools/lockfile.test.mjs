import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { root } from './lib/workspace.mjs';

const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));

// A registry that lacks the build for one platform makes `npm install` leave it out, and then `npm ci` refuses the file.
it('the lockfile has the optional packages of every platform', () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !packages[`${path}/node_modules/${name}`] && !packages[`node_modules/${name}`],
    ),
  );
  assert.deepEqual(missing, []);
});

it('the lockfile names no registry', () => {
  const hosts = Object.values(packages).filter(({ resolved, link }) => resolved !== undefined && !link);
  assert.deepEqual(hosts, []);
});

it('every dependency of the workspace itself is pinned', () => {
  const { devDependencies } = packages[''];
  assert.deepEqual(
    Object.entries(devDependencies).filter(([, version]) => !/^\d/.test(version)),
    [],
  );
});
