import { connectRequest } from '../../test/support/connect-request.js';
import { mqttjsOptions } from './mqttjs-options.js';
import type { ConnectRequest } from './wire.js';

function requestWith(request: Partial<ConnectRequest>): ConnectRequest {
  return connectRequest({
    endpoint: { protocol: 'mqtt', host: 'broker.test', port: 1883, path: '/mqtt', label: 'mqtt://broker.test:1883' },
    ...request,
  });
}

function optionsTo(
  protocol: 'mqtt' | 'mqtts' | 'ws' | 'wss',
  host: string,
  request: Partial<ConnectRequest> = {},
): Record<string, unknown> {
  const endpoint = { protocol, host, port: 1234, path: '/p?q', label: 'label' };
  return mqttjsOptions(requestWith({ endpoint, ...request })) as Record<string, unknown>;
}

describe('mqttjsOptions', () => {
  it('are new ones each time, since MQTT.js writes into them', () => {
    const request = requestWith({ webSocket: { headers: { a: 'b' } }, tls: {}, userProperties: [['a', 'b']] });
    const one = mqttjsOptions(request);
    const other = mqttjsOptions(request);
    expect(one).not.toBe(other);
    expect(one.properties).not.toBe(other.properties);
  });

  it('leave reconnecting, resubscribing, queueing and pinging to us', () => {
    const options = mqttjsOptions(requestWith({}));
    expect(options).toMatchObject({
      reconnectPeriod: 0,
      manualConnect: true,
      resubscribe: false,
      queueQoSZero: false,
      reschedulePings: false,
    });
    const { timerVariant } = options as unknown as { timerVariant: { set(): unknown; clear(): unknown } };
    timerVariant.clear();
    expect(timerVariant.set()).toBe(0);
  });

  it.each([
    ['mqtt', 'broker.test', 'broker.test'],
    ['mqtt', '::1', '::1'],
    ['mqtts', '::1', '::1'],
    ['ws', 'broker.test', 'broker.test'],
    ['ws', '10.0.0.1', '10.0.0.1'],
    // It pastes the host into a URL.
    ['ws', '::1', '[::1]'],
    ['wss', 'fe80::1', '[fe80::1]'],
  ] as const)('over %s name the host %s as %s', (protocol, host, hostname) => {
    expect(optionsTo(protocol, host)).toMatchObject({ protocol, host, hostname, port: 1234 });
  });

  it('have a path for WebSocket only', () => {
    expect(optionsTo('ws', 'h')['path']).toBe('/p?q');
    expect(optionsTo('wss', 'h')['path']).toBe('/p?q');
    expect(optionsTo('mqtt', 'h')).not.toHaveProperty('path');
  });

  it('verify certificates unless told not to', () => {
    expect(optionsTo('mqtts', 'h', { tls: {} })).toMatchObject({ rejectUnauthorized: true });
    expect(optionsTo('mqtts', 'h', { tls: { insecureSkipVerify: true } })).toMatchObject({ rejectUnauthorized: false });
    expect(optionsTo('wss', 'h', { tls: { insecureSkipVerify: true } })).toMatchObject({
      wsOptions: { rejectUnauthorized: false },
    });
    expect(optionsTo('mqtts', 'h')['rejectUnauthorized']).not.toBe(false);
  });

  const tls = { ca: 'ca', cert: 'cert', key: 'key', passphrase: 'p', serverName: 'sni.test', alpnProtocols: ['mqtt'] };
  const expected = {
    ca: 'ca',
    cert: 'cert',
    key: 'key',
    passphrase: 'p',
    servername: 'sni.test',
    ALPNProtocols: ['mqtt'],
    rejectUnauthorized: true,
  };

  it('hand all TLS options on to mqtts', () => {
    expect(optionsTo('mqtts', 'h', { tls })).toMatchObject(expected);
  });

  it('hand all TLS options on to wss, which takes its own', () => {
    expect(optionsTo('wss', 'h', { tls, webSocket: { headers: { a: 'b' } } })).toMatchObject({
      wsOptions: { ...expected, headers: { a: 'b' } },
    });
  });

  it('hand headers on to ws', () => {
    expect(optionsTo('ws', 'h', { webSocket: { headers: { Authorization: 'x' } } })).toMatchObject({
      wsOptions: { headers: { Authorization: 'x' } },
    });
  });
});
