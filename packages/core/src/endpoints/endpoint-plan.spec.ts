import {
  CertificateError,
  ConnectionRefusedError,
  CredentialsError,
  NetworkError,
  ServerDisconnectError,
} from '../errors/connection-errors.js';
import type { MqttError } from '../errors/mqtt-error.js';
import type { ConnectionOptions } from '../options/connection-options.js';
import { resolveOptions } from '../options/resolve-options.js';
import type { ServerOption, SrvRecord } from '../options/server-options.js';
import { EndpointPlan, type Outlook, type Target } from './endpoint-plan.js';
import { srv } from './srv.js';

const network = new NetworkError('x', 'gone');
const certificate = new CertificateError('x', 'CERT_HAS_EXPIRED', 'expired');
const refused = (code: number, serverReference?: string): ConnectionRefusedError =>
  new ConnectionRefusedError('x', code, serverReference === undefined ? {} : { serverReference });

function setUp(first: ServerOption, options: ConnectionOptions = {}) {
  const warnings: string[] = [];
  const plan = new EndpointPlan(
    resolveOptions(first, options),
    () => 0,
    (_, what) => warnings.push(what),
  );
  const { signal } = new AbortController();
  return {
    plan,
    warnings,
    next: () => plan.next(signal) as Target,
    later: async () => plan.next(signal),
    label: () => (plan.next(signal) as Target).endpoint.label,
    fail: (error: MqttError, how: { connected?: boolean; stable?: boolean } = {}): Outlook =>
      plan.lost(error, { connected: false, stable: false, ...how }),
  };
}

const three = ['mqtt://b.test', 'mqtt://c.test'];

describe('one server', () => {
  it('is where every attempt goes, as the error decides', () => {
    const { fail, label } = setUp('mqtt://a.test');
    expect([label(), fail(network), label(), fail(refused(0x87)), label()]).toEqual([
      'mqtt://a.test:1883', 'later', 'mqtt://a.test:1883', 'asItIs', 'mqtt://a.test:1883',
    ]); // prettier-ignore
    expect(fail(certificate)).toBe('asItIs');
  });
});

describe('several servers', () => {
  it('are tried in their order, and the first again after the last', () => {
    const { fail, label } = setUp('mqtt://a.test', { endpoints: three });
    const seen: string[] = [];
    const outlooks = [0, 1, 2, 3].map(() => {
      seen.push(label());
      return fail(network);
    });
    expect(seen).toEqual(['mqtt://a.test:1883', 'mqtt://b.test:1883', 'mqtt://c.test:1883', 'mqtt://a.test:1883']);
    expect(outlooks).toEqual(['elsewhere', 'elsewhere', 'later', 'elsewhere']);
  });

  it('are all given up when none of them will ever do', () => {
    const { fail, next } = setUp('mqtts://a.test', { endpoints: ['mqtts://b.test'] });
    next();
    expect(fail(certificate)).toBe('elsewhere');
    next();
    expect(fail(certificate)).toBe('asItIs');
  });

  it('are tried again when one of them may do', () => {
    const { fail, next } = setUp('mqtts://a.test', { endpoints: ['mqtts://b.test'] });
    next();
    expect(fail(network)).toBe('elsewhere');
    next();
    expect(fail(certificate)).toBe('later');
  });

  it.each([refused(0x86), refused(0x87), refused(0x85), new CredentialsError('x')])(
    'are the same to an error about who we are: %s',
    (error) => {
      const { fail, label } = setUp('mqtt://a.test', { endpoints: three });
      label();
      expect(fail(error)).toBe('asItIs');
      expect(label()).toBe('mqtt://a.test:1883');
    },
  );

  it.each([refused(0x88), refused(0x89), refused(0x97), refused(0x84), new ServerDisconnectError('x', 0x8b)])(
    'differ for %s',
    (error) => {
      const { fail, label } = setUp('mqtt://a.test', { endpoints: three });
      label();
      expect(fail(error)).toBe('elsewhere');
      expect(label()).toBe('mqtt://b.test:1883');
    },
  );

  it('begin with the first again after a stable connection to another', () => {
    const { fail, label } = setUp('mqtt://a.test', { endpoints: three });
    label();
    fail(network);
    expect(label()).toBe('mqtt://b.test:1883');
    expect(fail(network, { connected: true, stable: true })).toBe('asItIs');
    expect(label()).toBe('mqtt://a.test:1883');
  });

  it('go on, but not in a hurry, when one accepts and hangs up', () => {
    const { fail, label } = setUp('mqtt://a.test', { endpoints: three });
    label();
    expect(fail(network, { connected: true })).toBe('later');
    expect(label()).toBe('mqtt://b.test:1883');
  });

  it('have their own credentials', () => {
    const { fail, next } = setUp('mqtt://me:one@a.test', { endpoints: ['mqtt://you:two@b.test', 'mqtt://c.test'] });
    expect(next().credentials).toEqual({ username: 'me', password: 'one' });
    fail(network);
    expect(next().credentials).toEqual({ username: 'you', password: 'two' });
    fail(network);
    expect(next()).toMatchObject({ credentials: undefined, foreign: false });
  });
});

describe('servers that are looked up', () => {
  const records: SrvRecord[] = [
    { name: 'two.example.org', port: 8884, priority: 2, weight: 0 },
    { name: 'ONE.example.org.', port: 8883, priority: 1, weight: 0 },
  ];

  it('are asked for by name, and tried by priority', async () => {
    const resolve = jest.fn(() => records);
    const { fail, later } = setUp(srv('example.org', { resolve }));
    expect((await later()).endpoint).toMatchObject({ label: 'mqtts://one.example.org:8883', protocol: 'mqtts' });
    expect(resolve).toHaveBeenCalledWith('_secure-mqtt._tcp.example.org', { signal: expect.any(AbortSignal) });
    expect(fail(network)).toBe('elsewhere');
    expect((await later()).endpoint.label).toBe('mqtts://two.example.org:8884');
    expect(resolve).toHaveBeenCalledTimes(1);
    expect(fail(network)).toBe('later');
    await later();
    expect(resolve).toHaveBeenCalledTimes(2);
  });

  it('prove themselves by the name of the domain, unless they are under it or trusted', async () => {
    const resolve = (): SrvRecord[] => [{ name: 'evil.test', port: 1, priority: 0, weight: 0 }];
    expect((await setUp(srv('example.org', { resolve })).later()).endpoint.serverName).toBe('example.org');
    expect((await setUp(srv('example.org', { resolve, trustTargets: true })).later()).endpoint).not.toHaveProperty(
      'serverName',
    );
    expect((await setUp(srv('example.org', { resolve: () => records })).later()).endpoint).not.toHaveProperty(
      'serverName',
    );
    const almost = (): SrvRecord[] => [{ name: 'notexample.org', port: 1, priority: 0, weight: 0 }];
    expect((await setUp(srv('example.org', { resolve: almost })).later()).endpoint.serverName).toBe('example.org');
  });

  it.each([
    ['nothing', []],
    ['the root', [{ name: '.', port: 1, priority: 0, weight: 0 }]],
    ['port 0', [{ name: 'a.example.org', port: 0, priority: 0, weight: 0 }]],
    ['rubbish', [null, 7, { name: 7 }, { name: 'a', port: '1', priority: 0, weight: 0 }]],
  ])('are none when DNS answers %s', async (_, answer) => {
    await expect(setUp(srv('example.org', { resolve: () => answer as SrvRecord[] })).later()).rejects.toThrow(
      /DNS lists no server/,
    );
  });

  it('leave the others when the lookup fails', async () => {
    const resolve = (): never => {
      throw new Error('no DNS');
    };
    const { later, warnings } = setUp(srv('example.org', { resolve }), { endpoints: ['mqtts://b.test'] });
    expect((await later()).endpoint.host).toBe('b.test');
    expect(warnings).toEqual(['some servers could not be looked up']);
    await expect(setUp(srv('example.org', { resolve })).later()).rejects.toMatchObject({
      code: 'ERR_MQTT_PROVIDER',
      retryable: true,
    });
  });
});

describe('a redirection', () => {
  it('is an error like another unless it is to be followed', () => {
    const { fail, label } = setUp('mqtt://a.test');
    label();
    expect(fail(refused(0x9c, 'b.test'))).toBe('asItIs');
    expect(label()).toBe('mqtt://a.test:1883');
  });

  it.each([refused(0x9c, 'b.test c.test'), new ServerDisconnectError('x', 0x9d, { serverReference: 'b.test c.test' })])(
    'is followed at once: %s',
    (error) => {
      const { fail, label } = setUp('mqtt://a.test', { redirect: 'follow' });
      label();
      expect(fail(error, { connected: true })).toBe('elsewhere');
      expect(label()).toBe('mqtt://b.test:1883');
      expect(fail(network)).toBe('elsewhere');
      expect(label()).toBe('mqtt://c.test:1883');
      expect(fail(certificate)).toBe('later');
    },
  );

  it('holds until the connection is lost, or for good when the server has moved', () => {
    for (const [code, home] of [
      [0x9c, 'mqtt://a.test:1883'],
      [0x9d, 'mqtt://b.test:1883'],
    ] as const) {
      const { fail, label } = setUp('mqtt://a.test', { redirect: 'follow' });
      label();
      fail(refused(code, 'b.test'));
      label();
      fail(network, { connected: true, stable: true });
      expect(label()).toBe(home);
    }
  });

  it('takes no credentials to a host that nobody named', () => {
    const { fail, next } = setUp('mqtt://me:secret@a.test', { redirect: 'follow', endpoints: ['mqtt://you:x@b.test'] });
    next();
    fail(refused(0x9c, 'evil.test a.test:99 b.test:99'));
    expect(next()).toMatchObject({ endpoint: { host: 'evil.test' }, foreign: true, credentials: undefined });
    fail(network);
    expect(next()).toMatchObject({
      endpoint: { host: 'a.test', port: 99 },
      foreign: false,
      credentials: { username: 'me' },
    });
    fail(network);
    expect(next()).toMatchObject({
      endpoint: { host: 'b.test', port: 99 },
      foreign: false,
      credentials: { username: 'you' },
    });
  });

  it('takes them there where that is asked for, and for good when the server has moved', () => {
    const { fail, next } = setUp('mqtt://a.test', { redirect: 'followWithCredentials' });
    next();
    fail(refused(0x9d, 'b.test'));
    expect(next().foreign).toBe(false);
    fail(network, { connected: true, stable: true });
    expect(next()).toMatchObject({ endpoint: { host: 'b.test' }, foreign: false });
  });

  it('stays foreign when the server has moved', () => {
    const { fail, next } = setUp('mqtt://a.test', { redirect: 'follow' });
    next();
    fail(refused(0x9d, 'b.test'));
    next();
    fail(network, { connected: true, stable: true });
    expect(next()).toMatchObject({ endpoint: { host: 'b.test' }, foreign: true });
  });

  it('from TLS to plain text is not followed, and told', () => {
    const { fail, label, warnings } = setUp('mqtts://a.test', { redirect: 'followWithCredentials' });
    label();
    expect(fail(refused(0x9c, 'mqtt://b.test'))).toBe('asItIs');
    expect(warnings).toEqual(['a redirection was not followed: it leads from TLS to plain text']);
    expect(label()).toBe('mqtts://a.test:8883');
  });

  it('takes nothing in plain text to a server that is named with TLS', () => {
    const { fail, label, warnings } = setUp('mqtt://a.test', {
      redirect: 'follow',
      endpoints: ['mqtts://me:secret@b.test'],
    });
    label();
    expect(fail(refused(0x9c, 'mqtt://b.test'))).toBe('elsewhere');
    expect(label()).toBe('mqtts://b.test:8883');
    expect(warnings).toEqual(['a redirection was not followed: it leads from TLS to plain text']);
  });

  it('to a server that has moved leaves the other servers what they are', () => {
    const { fail, label } = setUp('mqtt://a.test', { redirect: 'follow', endpoints: ['mqtt://z.test'] });
    label();
    fail(refused(0x9d, 'b.test'));
    label();
    fail(network, { connected: true, stable: true });
    expect(label()).toBe('mqtt://b.test:1883');
    expect(fail(network)).toBe('elsewhere');
    expect(label()).toBe('mqtt://z.test:1883');
    expect(fail(network)).toBe('later');
    expect(label()).toBe('mqtt://b.test:1883');
  });

  it('in a circle ends in a wait', () => {
    const { fail, label, warnings } = setUp('mqtt://a.test', { redirect: 'follow' });
    const outlooks = [1, 2, 3, 4, 5, 6].map((_, index) => {
      label();
      return fail(refused(0x9c, index % 2 === 0 ? 'b.test' : 'a.test'));
    });
    expect(outlooks).toEqual(['elsewhere', 'elsewhere', 'elsewhere', 'elsewhere', 'elsewhere', 'later']);
    expect(warnings).toHaveLength(1);
    expect(label()).toBe('mqtt://a.test:1883');
  });
});
