import type { Properties } from '../wire/codec/property-table.js';
import { negotiate } from './negotiate.js';
import type { Negotiated } from './negotiated.js';

function agreed(properties: Properties = {}, protocolVersion: 3 | 4 | 5 = 5, sessionPresent = false): Negotiated {
  const request = { protocolVersion, clientId: 'me', keepalive: 60, sessionExpiry: 300 };
  return negotiate(request, { sessionPresent, reasonCode: 0, properties });
}

describe('what was agreed on', () => {
  it('is what the protocol says where the server says nothing', () => {
    expect(agreed()).toEqual({
      protocolVersion: 5,
      clientId: 'me',
      sessionPresent: false,
      keepalive: 60,
      sessionExpiry: 300,
      receiveMaximum: 65_535,
      maximumPacketSize: 268_435_460,
      maximumQoS: 2,
      retainAvailable: true,
      wildcardSubscriptionAvailable: true,
      subscriptionIdentifiersAvailable: true,
      sharedSubscriptionAvailable: true,
      responseInformation: undefined,
      reasonString: undefined,
      userProperties: [],
    });
  });

  it.each([
    ['assignedClientIdentifier', 'yours', 'clientId', 'yours'],
    ['serverKeepAlive', 5, 'keepalive', 5],
    ['serverKeepAlive', 0, 'keepalive', 0],
    ['sessionExpiryInterval', 10, 'sessionExpiry', 10],
    ['sessionExpiryInterval', 0, 'sessionExpiry', 0],
    ['receiveMaximum', 1, 'receiveMaximum', 1],
    ['maximumPacketSize', 100, 'maximumPacketSize', 100],
    ['maximumQoS', 0, 'maximumQoS', 0],
    ['maximumQoS', 1, 'maximumQoS', 1],
    ['retainAvailable', 0, 'retainAvailable', false],
    ['retainAvailable', 1, 'retainAvailable', true],
    ['wildcardSubscriptionAvailable', 0, 'wildcardSubscriptionAvailable', false],
    ['subscriptionIdentifiersAvailable', 0, 'subscriptionIdentifiersAvailable', false],
    ['sharedSubscriptionAvailable', 0, 'sharedSubscriptionAvailable', false],
    ['topicAliasMaximum', 10, 'topicAliasMaximum', 10],
    ['authenticationMethod', 'SCRAM-SHA-256', 'authenticationMethod', 'SCRAM-SHA-256'],
    ['serverReference', 'other.test', 'serverReference', 'other.test'],
    ['responseInformation', 'reply/', 'responseInformation', 'reply/'],
    ['reasonString', 'welcome', 'reasonString', 'welcome'],
    ['userProperties', [['a', 'b']], 'userProperties', [['a', 'b']]],
  ] as const)('follows the server: %s %j makes %s %j', (property, value, field, expected) => {
    expect(agreed({ [property]: value })).toEqual({ ...agreed(), [field]: expected });
  });

  it.each([3, 4] as const)('is, on MQTT %d, what that knows: no expiry, no identifiers; groups may be', (version) => {
    expect(agreed({}, version, true)).toMatchObject({
      protocolVersion: version,
      sessionPresent: true,
      sessionExpiry: 0,
      receiveMaximum: 65_535,
      subscriptionIdentifiersAvailable: false,
      sharedSubscriptionAvailable: true,
      wildcardSubscriptionAvailable: true,
      maximumQoS: 2,
    });
  });
});
