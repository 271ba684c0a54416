import { readProperties } from '../src/wire/codec/properties-decoder.js';
import { PacketReader } from '../src/wire/codec/packet-reader.js';
import { leavesNothingBehind } from './support/globals.js';
import { openConnection } from './support/open.js';
import { startBroker } from './support/scripted-broker.js';

leavesNothingBehind();

const userProperties = [['b', '1'], ['__proto__', 'polluted'], ['a', '2'], ['b', '3'], ['constructor', '4']] as const; // prettier-ignore

test('CONNECT and the will carry user properties in their order, repeats and odd names included', async () => {
  const broker = await startBroker();
  await openConnection(broker.url, {
    protocolVersion: 5,
    clientId: 'c',
    userProperties,
    will: { topic: 'w', payload: '', properties: { userProperties } },
  });
  const bytes = broker.latest.bytes('connect')[0]!;
  // Fixed header (the packet is longer than 127 bytes), protocol name, version, flags, keepalive.
  const reader = new PacketReader(bytes, 3 + 6 + 1 + 1 + 2, bytes.length);
  const properties = readUserProperties(reader);
  expect(properties).toEqual(userProperties);
  reader.text();
  expect(readUserProperties(reader)).toEqual(userProperties);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

/** The user properties of a section that holds other properties too, which only clients send. */
function readUserProperties(reader: PacketReader): (readonly [string, string])[] {
  const section = reader.section(reader.variableInteger());
  const found: (readonly [string, string])[] = [];
  while (section.rest > 0) {
    const id = section.byte();
    if (id === 0x26) found.push([section.text(), section.text()]);
    else if (id === 0x21 || id === 0x22) section.uint16();
    else if (id === 0x11 || id === 0x27 || id === 0x18 || id === 0x02) section.uint32();
    else throw new Error(`unexpected property ${String(id)}`);
  }
  return found;
}

test('the reader of the codec agrees with this one', () => {
  const bytes = Uint8Array.of(7, 0x26, 0, 1, 0x61, 0, 1, 0x62);
  expect(readProperties(new PacketReader(bytes, 0, bytes.length), 'publish').userProperties).toEqual([['a', 'b']]);
  expect(readUserProperties(new PacketReader(bytes, 0, bytes.length))).toEqual([['a', 'b']]);
});
