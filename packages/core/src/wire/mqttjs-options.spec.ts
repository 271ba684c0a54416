import { connectRequest } from '../../test/support/connect-request.js';
import { mqttjsOptions } from './mqttjs-options.js';
import type { ConnectRequest } from './wire.js';

function requestWith(request: Partial<ConnectRequest>): ConnectRequest {
  return connectRequest({
    endpoint: { protocol: 'mqtt', host: 'broker.test', port: 1883, path: '/mqtt', label: 'mqtt://broker.test:1883' },
    ...request,
  });
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
});
