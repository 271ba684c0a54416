import { createTestConnection, type TestConnection } from '../testing/index.js';
import type { CloseOptions } from './connection.js';

type Options = Parameters<typeof createTestConnection>[0] & {};

/** Without a client identifier of one's own. */
const MADE_UP: Options = {};

function connected(options: Options = {}, reasonCode = 0): TestConnection & { readonly warnings: unknown[] } {
  const test = createTestConnection({ clientId: 'me', ...options });
  const warnings: unknown[] = [];
  test.connection.on('warning', ({ error }) => warnings.push(error));
  test.connection.open().catch(() => {});
  test.wire.connack({ reasonCode });
  return Object.assign(Object.create(test) as TestConnection, { warnings });
}

const goodbye = ({ wire }: TestConnection): unknown => wire.sent.find(({ type }) => type === 'disconnect');

describe.each(['close', 'drain'] as const)('%s() says goodbye', (how) => {
  it.each<[string, Options, CloseOptions, number, number | undefined]>([
    ['as CONNECT said', {}, {}, 0, undefined],
    ['with another session expiry', {}, { sessionExpiry: 3_600 }, 0, 3_600],
    ['with none any more', {}, { sessionExpiry: 0 }, 0, 0],
    ['with one for ever', {}, { sessionExpiry: 0xffff_ffff }, 0, 0xffff_ffff],
    ['with the will', {}, { withWill: true }, 4, undefined],
    ['with both', {}, { withWill: true, sessionExpiry: 5 }, 4, 5],
    ['without the will', {}, { withWill: false }, 0, undefined],
    ['with an expiry for an identifier made up here', MADE_UP, { sessionExpiry: 7 }, 0, 7],
    ['with none by itself for such a one', MADE_UP, { withWill: true }, 4, 0],
    ['with 0 where it was 0', { session: { expiry: 0 } }, { sessionExpiry: 0 }, 0, 0],
  ])('%s', async (_, options, wish, reasonCode, sessionExpiry) => {
    const test = createTestConnection(options === MADE_UP ? options : { clientId: 'me', ...options });
    const warnings: unknown[] = [];
    test.connection.on('warning', (event) => warnings.push(event));
    void test.connection.open();
    test.wire.connack();
    const done = test.connection[how](wish);
    test.clock.advance();
    await done;
    expect(goodbye(test)).toEqual({ type: 'disconnect', reasonCode, sessionExpiry });
    expect(warnings).toEqual([]);
  });

  it.each<[string, Options, RegExp]>([
    ['a session that began without an expiry', { session: { expiry: 0 } }, /cannot be raised/],
    ['MQTT 3.1.1', { protocolVersion: 4 }, /MQTT 3\.x/],
  ])('without the session expiry on %s, and a warning tells why', async (_, options, why) => {
    const test = connected(options);
    const done = test.connection[how]({ sessionExpiry: 60 });
    test.clock.advance();
    await done;
    expect(goodbye(test)).toEqual({ type: 'disconnect', reasonCode: 0, sessionExpiry: undefined });
    expect(test.warnings).toEqual([
      expect.objectContaining({ code: 'ERR_MQTT_UNSUPPORTED', message: expect.stringMatching(why) }),
    ]);
  });

  it.each<[string, object, RegExp]>([
    ['a session expiry below 0', { sessionExpiry: -1 }, /sessionExpiry: must be a number from 0 to 4294967295/],
    ['half a second', { sessionExpiry: 0.5 }, /sessionExpiry: must be a whole number/],
    ['a session expiry without end', { sessionExpiry: Infinity }, /sessionExpiry: must be a number/],
    ['text', { withWill: 'yes' }, /withWill: must be true or false/],
    ['what is unknown', { withwill: true }, /withwill: is not an option; did you mean withWill\?/],
  ])('and refuses %s: nothing has happened then', async (_, wish, problem) => {
    const test = connected();
    await expect(test.connection[how](wish as CloseOptions)).rejects.toMatchObject({
      name: 'InvalidOptionsError',
      message: expect.stringMatching(problem),
    });
    expect(test.connection.state.type).toBe('connected');
    await test.connection.close();
    expect(goodbye(test)).toEqual({ type: 'disconnect', reasonCode: 0, sessionExpiry: undefined });
  });

  it('but not on MQTT 3.x where every session is clean: it ends anyway', async () => {
    const test = connected({ protocolVersion: 4, session: { clean: true } });
    const done = test.connection[how]({ sessionExpiry: 0, withWill: true });
    test.clock.advance();
    await done;
    expect(goodbye(test)).toMatchObject({ reasonCode: 4 });
    expect(test.warnings).toEqual([]);
  });

  it('to nobody where there is no connection, and a warning tells that the session stays', async () => {
    const test = connected();
    test.wire.cut();
    const done = test.connection[how]({
      sessionExpiry: 0,
      withWill: true,
      ...(how === 'drain' ? { deadline: 10 } : {}),
    });
    test.clock.advance(10);
    await done;
    expect(test.connection.state.type).toBe('closed');
    expect(test.warnings).toMatchObject([{ code: 'ERR_MQTT_NOT_CONNECTED' }]);
  });

  it('to nobody, and without a word, where there never was a connection', async () => {
    const test = createTestConnection({});
    const warnings: unknown[] = [];
    test.connection.on('warning', (event) => warnings.push(event));
    await test.connection[how]({ sessionExpiry: 0, withWill: true });
    expect(warnings).toEqual([]);
  });
});

it('what a later call leaves open is as the earlier one had it', async () => {
  const test = connected();
  test.connection.publish('a', 'x', { qos: 1 });
  const drained = test.connection.drain({ withWill: true, sessionExpiry: 60 });
  await test.connection.close({ sessionExpiry: 5 });
  expect(await drained).toEqual({ unsettled: 1, unacknowledged: 0 });
  expect(goodbye(test)).toEqual({ type: 'disconnect', reasonCode: 4, sessionExpiry: 5 });
});

it('a drain that comes to its deadline says goodbye as it was told', async () => {
  const test = connected();
  test.connection.publish('a', 'x', { qos: 1 });
  const drained = test.connection.drain({ withWill: true, deadline: 50 });
  test.clock.advance(50);
  await drained;
  expect(goodbye(test)).toEqual({ type: 'disconnect', reasonCode: 4, sessionExpiry: undefined });
});
