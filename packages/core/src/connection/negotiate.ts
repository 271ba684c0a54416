import { MAX_VARIABLE_INTEGER } from '../wire/codec/variable-integer.js';
import type { Connack } from '../wire/codec/connack-decoder.js';
import type { ConnectRequest } from '../wire/wire.js';
import type { Negotiated } from './negotiated.js';

/** The largest packet that can be written at all. */
const LARGEST_PACKET = MAX_VARIABLE_INTEGER + 5;

/** What CONNECT and CONNACK together mean; what the server does not mention is as the protocol says. [MQTT 5, 3.2.2.3] */
export function negotiate(
  request: Pick<ConnectRequest, 'protocolVersion' | 'clientId' | 'keepalive' | 'sessionExpiry'>,
  { sessionPresent, properties }: Connack,
): Negotiated {
  const modern = request.protocolVersion === 5;
  return {
    protocolVersion: request.protocolVersion,
    clientId: properties.assignedClientIdentifier ?? request.clientId,
    sessionPresent,
    keepalive: properties.serverKeepAlive ?? request.keepalive,
    sessionExpiry: modern ? (properties.sessionExpiryInterval ?? request.sessionExpiry) : 0,
    receiveMaximum: properties.receiveMaximum ?? 65_535,
    maximumPacketSize: properties.maximumPacketSize ?? LARGEST_PACKET,
    maximumQoS: properties.maximumQoS === 0 ? 0 : properties.maximumQoS === 1 ? 1 : 2,
    retainAvailable: properties.retainAvailable !== 0,
    wildcardSubscriptionAvailable: properties.wildcardSubscriptionAvailable !== 0,
    subscriptionIdentifiersAvailable: modern && properties.subscriptionIdentifiersAvailable !== 0,
    // MQTT 3.x says nothing about groups; servers that offer them there exist.
    sharedSubscriptionAvailable: properties.sharedSubscriptionAvailable !== 0,
    topicAliasMaximum: properties.topicAliasMaximum,
    authenticationMethod: properties.authenticationMethod,
    serverReference: properties.serverReference,
    responseInformation: properties.responseInformation,
    reasonString: properties.reasonString,
    userProperties: properties.userProperties ?? [],
  };
}
