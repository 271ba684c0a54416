import fc from 'fast-check';
import { OptionChecker } from '../options/option-checker.js';
import { parseBrokerUrl } from '../options/broker-url.js';
import type { Endpoint } from '../options/endpoint.js';
import { readServerReference } from './server-reference.js';

function at(url: string): Endpoint {
  return parseBrokerUrl('url', url, '/mqtt', new OptionChecker())!.endpoint;
}

const labels = (text: string, from: string): readonly string[] =>
  readServerReference(text, at(from)).endpoints.map(({ label }) => label);

describe('a server reference', () => {
  it.each([
    ['b.test', 'mqtt://a.test', ['mqtt://b.test:1883']],
    ['b.test', 'mqtts://a.test:8884', ['mqtts://b.test:8884']],
    ['b.test:9', 'mqtt://a.test', ['mqtt://b.test:9']],
    ['10.0.0.1:9', 'mqtt://a.test', ['mqtt://10.0.0.1:9']],
    ['[::1]:9', 'mqtt://a.test', ['mqtt://[::1]:9']],
    ['[::1] fe80::1', 'mqtts://a.test', ['mqtts://[::1]:8883', 'mqtts://[fe80::1]:8883']],
    ['b.test  c.test:7 ', 'wss://a.test/p', ['wss://b.test:443', 'wss://c.test:7']],
    ['wss://b.test/x', 'mqtts://a.test', ['wss://b.test:443']],
    ['mqtts://b.test', 'mqtt://a.test', ['mqtts://b.test:8883']],
  ])('%j of %s leads to %j', (text, from, expected) => {
    expect(readServerReference(text, at(from)).refused).toEqual([]);
    expect(labels(text, from)).toEqual(expected);
  });

  it('keeps the path of the WebSocket', () => {
    expect(readServerReference('b.test', at('wss://a.test/own?q')).endpoints[0]?.path).toBe('/own?q');
  });

  it.each([
    ['mqtt://b.test', 'mqtts://a.test'],
    ['ws://b.test', 'wss://a.test'],
    ['tcp://b.test', 'wss://a.test'],
  ])('%s of %s leads nowhere: it is weaker', (text, from) => {
    expect(readServerReference(text, at(from))).toEqual({
      endpoints: [],
      refused: ['it leads from TLS to plain text'],
    });
  });

  it.each([
    'http://b.test',
    'mqtt+unix:///run/m.sock',
    'b.test:0',
    'b.test:70000',
    'a/b',
    'me@b.test',
    'b.test:port',
    '[::1',
    '\u0000',
  ])('%j leads nowhere', (text) => {
    const { endpoints, refused } = readServerReference(text, at('mqtt://a.test'));
    expect(endpoints).toEqual([]);
    expect(refused).toHaveLength(1);
  });

  it('brings no credentials', () => {
    expect(JSON.stringify(readServerReference('mqtt://user:canary@b.test', at('mqtt://a.test')))).not.toContain(
      'canary',
    );
  });

  it('of any text is harmless, and never weaker', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.domain()), (text) => {
        for (const { protocol } of readServerReference(text, at('mqtts://a.test')).endpoints)
          expect(['mqtts', 'wss']).toContain(protocol);
      }),
    );
  });
});
