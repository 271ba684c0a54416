import { ConnectionRefusedError, ProtocolError } from '../errors/connection-errors.js';
import type { Connack } from '../wire/codec/connack-decoder.js';
import { PROTOCOL_ERROR } from '../wire/codec/packet-type.js';
import type { ConnectRequest } from '../wire/wire.js';
import { negotiate } from './negotiate.js';
import type { Negotiated } from './negotiated.js';
import type { SessionPlan } from './session-plan.js';

/** What a CONNACK means for the attempt that it answers. */
export type Verdict =
  /** There is a connection. */
  | { readonly type: 'accepted'; readonly negotiated: Negotiated }
  /** Try again at once: with the older protocol, or because the old session is thrown away now. */
  | { readonly type: 'fallBack' }
  | { readonly type: 'cleaned' }
  /** The server does not want us. */
  | { readonly type: 'refused'; readonly error: ConnectionRefusedError }
  /** The server may not say this. */
  | { readonly type: 'forbidden'; readonly error: ProtocolError };

/** Judges a CONNACK, and lets the session plan learn from it. */
export function judgeConnack(connack: Connack, request: ConnectRequest, plan: SessionPlan): Verdict {
  const { reasonCode, sessionPresent, properties } = connack;
  if (reasonCode !== 0) {
    const { label } = request.endpoint;
    if (plan.fallBack(label, reasonCode)) return { type: 'fallBack' };
    return { type: 'refused', error: new ConnectionRefusedError(label, reasonCode, properties) };
  }
  if (plan.isOnlyToClean) {
    plan.cleaned();
    return { type: 'cleaned' };
  }
  // [MQTT-3.2.2-2]
  if (sessionPresent && request.clean) {
    return {
      type: 'forbidden',
      error: new ProtocolError(PROTOCOL_ERROR, 'a CONNACK claims a session, but none was asked for'),
    };
  }
  const negotiated = negotiate(request, connack);
  plan.accepted(negotiated);
  return { type: 'accepted', negotiated };
}
