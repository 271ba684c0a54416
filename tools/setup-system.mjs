// Programs that the tests use and npm cannot install: mosquitto, its clients, two proxies, openssl, and Chromium.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium, findExecutable } from './lib/executables.mjs';

const needs = [
  { package: 'mosquitto', found: () => findExecutable('mosquitto') },
  { package: 'mosquitto-clients', found: () => findExecutable('mosquitto_pub') && findExecutable('mosquitto_sub') },
  { package: 'microsocks', found: () => findExecutable('microsocks') },
  { package: 'tinyproxy-bin', found: () => findExecutable('tinyproxy') },
  { package: 'openssl', found: () => findExecutable('openssl') },
  { package: 'chromium', found: findChromium },
];

const missing = () => needs.filter(({ found }) => !found()).map((need) => need.package);

// Installing mosquitto must not start it: our tests bring their own brokers, and 1883 is the user's.
const script = `
set -e
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\\nexit 101\\n' > "$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
apt-get update
apt-get install --yes --no-install-recommends "$@"
`;

function asRoot() {
  if (process.getuid?.() === 0) return [];
  const sudo = findExecutable('sudo');
  if (!sudo) return undefined;
  return process.stdin.isTTY ? [sudo] : [sudo, '--non-interactive'];
}

/** Installs what is missing. Returns whether everything is there. */
export function setupSystem() {
  const packages = missing();
  if (packages.length === 0) return true;
  const byHand = `Please install by hand: ${packages.join(', ')}.`;
  if (!findExecutable('apt-get')) {
    console.error(`There is no apt-get here. ${byHand}`);
    return false;
  }
  const prefix = asRoot();
  if (!prefix) {
    console.error(`Installing needs root, and there is no sudo here. ${byHand}`);
    return false;
  }
  console.error(`Installing ${packages.join(', ')} ...`);
  const [command, ...args] = [...prefix, 'sh', '-c', script, 'setup-system', ...packages];
  const { status } = spawnSync(command, args, { stdio: ['inherit', 2, 2] });
  if (status === 0 && missing().length === 0) return true;
  console.error(`apt-get could not install everything. ${byHand}`);
  return false;
}

if (resolve(process.argv[1]) === fileURLToPath(import.meta.url)) process.exitCode = setupSystem() ? 0 : 1;
