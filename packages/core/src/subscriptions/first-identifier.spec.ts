import { DefaultConnection } from '../connection/default-connection.js';
import { resolveOptions } from '../options/resolve-options.js';
import { ScriptedWire } from '../testing/scripted-wire.js';
import { VirtualClock } from '../testing/virtual-clock.js';

it('identifiers begin where they are told, so that those of an earlier process are not taken for ours', () => {
  const clock = new VirtualClock();
  let wire: ScriptedWire | undefined;
  const connection = new DefaultConnection(
    resolveOptions('mqtt://test.invalid', { session: { clean: false }, clientId: 'a' }),
    {
      wires: (request, handlers) => (wire = new ScriptedWire(request, handlers)),
      clock,
      random: () => 0,
      firstSubscriptionId: 4_711,
    },
  );
  const received: string[] = [];
  connection.subscribe('t/+/0', {}, () => void received.push('narrow'));
  connection.subscribe('t/#', {}, () => void received.push('wide'));
  void connection.open();
  wire!.connack({ sessionPresent: true });
  const ids = wire!.sent.flatMap((packet) => (packet.type === 'subscribe' ? [packet.subscriptionId] : []));
  expect(ids).toEqual([4_712, 4_713]);
  // What the session still held under the identifier 1 of the process before.
  wire!.message({ topic: 't/a/1', qos: 1, packetId: 1, subscriptionIds: [1] });
  expect(received).toEqual(['wide']);
});
