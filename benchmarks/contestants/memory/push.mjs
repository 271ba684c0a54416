const SIZE = 16 << 10;
const PER_TURN = 64;
const MEGABYTE = 1 << 20;

/** Publishes so many megabytes, in messages of 16 KiB, each with a payload of its own; 1 MiB per turn. */
export async function push(publish, megabytes) {
  const messages = (megabytes * MEGABYTE) / SIZE;
  for (let sent = 0; sent < messages; sent++) {
    publish(`flood/${sent % 10}`, Buffer.alloc(SIZE, sent % 251));
    if (sent % PER_TURN === 0) await new Promise(setImmediate);
  }
  return { succeeded: messages, expected: messages };
}
