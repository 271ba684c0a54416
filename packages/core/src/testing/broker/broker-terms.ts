import type { Properties } from '../../wire/codec/property-table.js';
import type { ConnectRequest } from '../../wire/wire.js';
import type { BrokerLimits, TestBrokerOptions } from './broker-options.js';

/** The reason code with which a client is kept out, if it is. */
export function connectRefusal(request: ConnectRequest, options: TestBrokerOptions): number | undefined {
  const { protocolVersions = [5, 4, 3], authenticate } = options;
  if (!protocolVersions.includes(request.protocolVersion)) return 0x84;
  const { clientId, username, password } = request;
  return authenticate?.({ clientId, username, password }) === false ? 0x87 : undefined;
}

/** The limits that CONNACK tells a client of: those that are not what the protocol takes for granted. */
export function announcedLimits(request: ConnectRequest, limits: BrokerLimits): Properties {
  if (request.protocolVersion !== 5) return {};
  const flag = (value: boolean | undefined): number | undefined => (value === undefined ? undefined : Number(value));
  const { sessionExpiryInterval: most = Infinity } = limits;
  const announced = {
    receiveMaximum: limits.receiveMaximum,
    maximumPacketSize: limits.maximumPacketSize,
    maximumQoS: limits.maximumQoS === 2 ? undefined : limits.maximumQoS,
    retainAvailable: flag(limits.retainAvailable),
    wildcardSubscriptionAvailable: flag(limits.wildcardSubscriptionAvailable),
    subscriptionIdentifiersAvailable: flag(limits.subscriptionIdentifiersAvailable),
    sharedSubscriptionAvailable: flag(limits.sharedSubscriptionAvailable),
    serverKeepAlive: limits.serverKeepAlive,
    sessionExpiryInterval: request.sessionExpiry > most ? most : undefined,
  };
  return Object.fromEntries(Object.entries(announced).filter(([, value]) => value !== undefined));
}

/** The reason code with which a filter is refused, if it is. */
export function subscribeRefusal(filter: string, limits: BrokerLimits): number | undefined {
  const { wildcardSubscriptionAvailable = true, sharedSubscriptionAvailable = true } = limits;
  if (!sharedSubscriptionAvailable && filter.startsWith('$share/')) return 0x9e;
  return !wildcardSubscriptionAvailable && /[+#]/.test(filter) ? 0xa2 : undefined;
}
