import { proxyFromEnvironment } from './environment-proxy.js';

const PROXY = 'http://proxy.test:3128';

describe('the proxy of the environment', () => {
  it.each([
    [{}, undefined],
    [{ mqtt_proxy: PROXY }, 'http://proxy.test:3128'],
    [{ MQTT_PROXY: PROXY }, 'http://proxy.test:3128'],
    [{ all_proxy: 'socks5h://proxy.test' }, 'socks5h://proxy.test:1080'],
    [{ ALL_PROXY: 'proxy.test:3128' }, 'http://proxy.test:3128'],
    [{ mqtt_proxy: PROXY, all_proxy: 'socks5://other.test' }, 'http://proxy.test:3128'],
    [{ mqtt_proxy: PROXY, MQTT_PROXY: 'socks5://other.test' }, 'http://proxy.test:3128'],
    [{ mqtt_proxy: '', all_proxy: PROXY }, 'http://proxy.test:3128'],
    [{ http_proxy: PROXY, https_proxy: PROXY }, undefined],
  ])('in %j is %s', (environment, label) => {
    expect(proxyFromEnvironment('broker.test', 1883, environment)?.label).toBe(label);
  });

  it.each([
    ['broker.test', '*', true],
    ['broker.test', 'broker.test', true],
    ['broker.test', 'BROKER.TEST', true],
    ['broker.test', 'other.test, broker.test', true],
    ['broker.test', 'other.test broker.test', true],
    ['broker.test', 'test', true],
    ['broker.test', '.test', true],
    ['broker.test', '*.test', true],
    ['a.b.test', 'b.test', true],
    ['ab.test', 'b.test', false],
    ['broker.test', 'broker.test:1883', true],
    ['broker.test', 'broker.test:8883', false],
    ['broker.test', '', false],
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.3', '10.0.0.0/8', true],
    ['11.1.2.3', '10.0.0.0/8', false],
    ['10.1.2.3', '10.0.0.0/99', false],
    ['10.1.2.3', '.3', false],
    ['::1', '::1', true],
    ['::1', '[::1]', true],
    ['::1', '[::1]:1883', true],
    ['::1', '[::1]:1', false],
    ['fd00::7', 'fd00::/8', true],
  ])('is not for %s where no_proxy is %j: %s', (host, exceptions, excepted) => {
    const environment = { mqtt_proxy: PROXY, NO_PROXY: exceptions };
    expect(proxyFromEnvironment(host, 1883, environment) === undefined).toBe(excepted);
  });
});
