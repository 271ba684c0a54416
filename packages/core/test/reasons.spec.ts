import { REASON_REACTIONS } from '../src/errors/reason-reactions.js';
import type { ReasonReaction } from '../src/errors/reason-reactions.js';
import type { ConnectionOptions } from '../src/index.js';
import { leavesNothingBehind } from './support/globals.js';
import { newConnection, StateLog } from './support/open.js';
import { hex } from './support/packets.js';
import { startBroker } from './support/scripted-broker.js';
import type { ScriptedBroker } from './support/scripted-broker.js';
import { nextTurn, within } from './support/within.js';

leavesNothingBehind();

/** No second attempt comes by itself within a test: what comes, comes at once. */
const LATER = { initialDelay: 60_000, maxDelay: 60_000, jitter: 'none' } as const;

/** How a server says a reason code. */
type Say = (broker: ScriptedBroker) => void;

const byte = (code: number): string => code.toString(16).padStart(2, '0');

function inConnack(code: number, serverReference?: string): Say {
  return (broker) =>
    broker.on('connect', (_packet, peer) => {
      if (serverReference === undefined) peer.send(hex(`2003 00 ${byte(code)} 00`));
      else peer.send({ cmd: 'connack', reasonCode: code, sessionPresent: false, properties: { serverReference } });
    });
}

function inDisconnect(code: number, serverReference?: string): Say {
  return (broker) =>
    broker.on('connect', (packet, peer) => {
      broker.accept(packet, peer);
      if (serverReference === undefined) peer.send(hex(`e002 ${byte(code)} 00`));
      else peer.send({ cmd: 'disconnect', reasonCode: code, properties: { serverReference } });
    });
}

/** A client that has heard a reason once, and what it does then. */
async function told(
  say: Say,
  options: ConnectionOptions,
): Promise<{ readonly broker: ScriptedBroker; readonly states: StateLog }> {
  const broker = await startBroker();
  say(broker);
  const connection = newConnection(broker.url, { protocolVersion: 5, reconnect: LATER, ...options });
  const states = new StateLog(connection);
  connection.open().catch(() => undefined);
  return { broker, states };
}

const provider = (): (() => { username: string; password: string }) => {
  let count = 0;
  return () => ({ username: 'me', password: String(++count) });
};

const reactions: Readonly<Record<ReasonReaction, (say: (code?: string) => Say, reasonCode: number) => Promise<void>>> =
  {
    async backOff(say, reasonCode) {
      const { states } = await told(say(), {});
      expect(await states.until('reconnecting')).toMatchObject([
        { delay: 60_000, by: 'server', cause: { reasonCode } },
      ]);
    },

    async stop(say, reasonCode) {
      for (const credentials of [{}, provider()]) {
        const { broker, states } = await told(say(), { credentials });
        expect(await states.until('failed')).toMatchObject([{ by: 'server', cause: { reasonCode, retryable: false } }]);
        await nextTurn();
        expect(broker.connections).toHaveLength(1);
      }
    },

    async freshCredentials(say, reasonCode) {
      const given = await told(say(), { credentials: { username: 'me', password: 'x' } });
      expect(await given.states.until('failed')).toMatchObject([{ by: 'server', cause: { reasonCode } }]);
      // A connection that was stable each time would be given fresh ones each time.
      const fetched = await told(say(), { credentials: provider(), reconnect: LATER });
      const waits = await fetched.states.until('reconnecting', 2);
      expect(waits.map(({ delay }) => delay)).toEqual([0, 60_000]);
      expect(fetched.broker.connections.map(({ connect }) => String(connect.password))).toEqual(['1', '2']);
    },

    async fallBack(say, reasonCode) {
      const five = await told(say(), { protocolVersion: 5 });
      expect(await five.states.until('failed')).toMatchObject([{ cause: { reasonCode } }]);
      const auto = await told(say(), { protocolVersion: 'auto' });
      const second = await auto.broker.connection(1);
      expect(second.connect.protocolVersion).toBe(4);
      expect(auto.states.types).toEqual(['idle', 'connecting']);
    },

    async redirect(say, reasonCode) {
      const alone = await told(say('127.0.0.1:1'), {});
      expect(await alone.states.until('failed')).toMatchObject([
        { cause: { reasonCode, serverReference: '127.0.0.1:1' } },
      ]);
      const other = await startBroker();
      await told(say(`127.0.0.1:${String(other.port)}`), { redirect: 'follow' });
      await other.connection(0);
    },
  };

describe('what a server says in CONNACK', () => {
  const rows = REASON_REACTIONS.flatMap(({ reasonCode, connack }) =>
    connack === undefined ? [] : [[byte(reasonCode), connack, reasonCode] as const],
  );

  test.each(rows)('0x%s: %s', async (_, reaction, reasonCode) => {
    await reactions[reaction]((reference) => inConnack(reasonCode, reference), reasonCode);
  });

  test('includes all that the specification lists', () => {
    const listed = [
      0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95, 0x97, 0x99, 0x9a, 0x9b, 0x9c,
      0x9d, 0x9f,
    ];
    expect(rows.map(([, , code]) => code)).toEqual(listed);
  });

  test('what no version lists yet is waited out', async () => {
    await reactions.backOff(() => inConnack(0xb7), 0xb7);
  });
});

describe('what a server says in DISCONNECT', () => {
  const rows = REASON_REACTIONS.flatMap(({ reasonCode, disconnect }) =>
    disconnect === undefined ? [] : [[byte(reasonCode), disconnect, reasonCode] as const],
  );

  test.each(rows)('0x%s: %s', async (_, reaction, reasonCode) => {
    await reactions[reaction]((reference) => inDisconnect(reasonCode, reference), reasonCode);
  });

  test('includes all that the specification lists for servers', () => {
    const listed = [
      0x00, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8b, 0x8d, 0x8e, 0x8f, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99,
      0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2,
    ];
    // 0x8C answers a re-authentication.
    expect(rows.map(([, , code]) => code).filter((code) => code !== 0x8c)).toEqual(listed);
  });
});

describe('what a server says on MQTT 3.x', () => {
  const rows = REASON_REACTIONS.flatMap(({ reasonCode, returnCode, connack }) =>
    returnCode === undefined || connack === undefined ? [] : [[returnCode, connack, reasonCode] as const],
  );

  test('has a row for each return code', () => {
    expect(rows.map(([code]) => code).sort()).toEqual([1, 2, 3, 4, 5]);
  });

  test.each(rows.filter(([, reaction]) => reaction !== 'fallBack'))(
    '%d: %s',
    async (returnCode, reaction, reasonCode) => {
      const say = (): Say => (broker) =>
        broker.on('connect', (_packet, peer) => peer.send(hex(`2002 00 ${byte(returnCode)}`)));
      await reactions[reaction]((): Say => (broker) => say()(broker), reasonCode);
    },
  );

  test('1 to a CONNECT of MQTT 5: fallBack; to one of 3.1.1: the end', async () => {
    const say: Say = (broker) => broker.on('connect', (_packet, peer) => peer.send(hex('2002 00 01')));
    const auto = await told(say, { protocolVersion: 'auto' });
    const states = await auto.states.until('failed');
    expect(states).toMatchObject([{ cause: { reasonCode: 0x84 } }]);
    expect(auto.broker.connections.map(({ connect }) => connect.protocolVersion)).toEqual([5, 4]);
  });
});

test('a silent close says nothing about the version', async () => {
  const broker = await startBroker();
  broker.on('connect', (_packet, peer) => peer.end());
  const connection = newConnection(broker.url);
  connection.open().catch(() => undefined);
  await within(broker.connection(2), 4_000, 'three attempts');
  expect(broker.connections.slice(0, 3).map(({ connect }) => connect.protocolVersion)).toEqual([5, 5, 5]);
});
