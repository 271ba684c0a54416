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
    const request = requestWith({});
    expect(mqttjsOptions(request)).not.toBe(mqttjsOptions(request));
  });

  it('say nothing of who we are: CONNECT is not its business', () => {
    const options = mqttjsOptions(
      requestWith({ clientId: 'me', username: 'me', password: 'canary', will: { topic: 'w', payload: 'canary' } }),
    );
    expect(options).toMatchObject({ manualConnect: true });
    expect(JSON.stringify(options)).not.toMatch(/canary|"me"/);
  });
});
