import { quoteText } from './quote-text.js';

/** Names of the MQTT 5 reason codes, as in table 2-6 of the specification. Codes 1 to 5 of MQTT 3.x CONNACK are mapped. */
const REASON_NAMES: ReadonlyMap<number, string> = new Map([
  [0x00, 'success'],
  [0x01, 'granted QoS 1'],
  [0x02, 'granted QoS 2'],
  [0x04, 'disconnect with will message'],
  [0x10, 'no matching subscribers'],
  [0x11, 'no subscription existed'],
  [0x18, 'continue authentication'],
  [0x19, 're-authenticate'],
  [0x80, 'unspecified error'],
  [0x81, 'malformed packet'],
  [0x82, 'protocol error'],
  [0x83, 'implementation specific error'],
  [0x84, 'unsupported protocol version'],
  [0x85, 'client identifier not valid'],
  [0x86, 'bad user name or password'],
  [0x87, 'not authorized'],
  [0x88, 'server unavailable'],
  [0x89, 'server busy'],
  [0x8a, 'banned'],
  [0x8b, 'server shutting down'],
  [0x8c, 'bad authentication method'],
  [0x8d, 'keep alive timeout'],
  [0x8e, 'session taken over'],
  [0x8f, 'topic filter invalid'],
  [0x90, 'topic name invalid'],
  [0x91, 'packet identifier in use'],
  [0x92, 'packet identifier not found'],
  [0x93, 'receive maximum exceeded'],
  [0x94, 'topic alias invalid'],
  [0x95, 'packet too large'],
  [0x96, 'message rate too high'],
  [0x97, 'quota exceeded'],
  [0x98, 'administrative action'],
  [0x99, 'payload format invalid'],
  [0x9a, 'retain not supported'],
  [0x9b, 'QoS not supported'],
  [0x9c, 'use another server'],
  [0x9d, 'server moved'],
  [0x9e, 'shared subscriptions not supported'],
  [0x9f, 'connection rate exceeded'],
  [0xa0, 'maximum connect time'],
  [0xa1, 'subscription identifiers not supported'],
  [0xa2, 'wildcard subscriptions not supported'],
]);

/** CONNACK return codes of MQTT 3.x, in terms of MQTT 5. */
const CONNACK_V3: readonly number[] = [0x00, 0x84, 0x85, 0x88, 0x86, 0x87];

/** Refusals and disconnects that pass by themselves; every other one needs a change by the user. */
const TRANSIENT: ReadonlySet<number> = new Set([
  0x80, 0x83, 0x88, 0x89, 0x8b, 0x8d, 0x93, 0x96, 0x97, 0x98, 0x9f, 0xa0,
]);

/** The name of a reason code in lower-case words; unknown codes are shown in hexadecimal. */
export function reasonName(code: number): string {
  return REASON_NAMES.get(code) ?? 'unknown reason';
}

/** `0x87 (not authorized)`, for messages. */
export function describeReason(code: number): string {
  return `0x${code.toString(16).padStart(2, '0')} (${reasonName(code)})`;
}

/** What the server answered with: `0x87 (not authorized): "the text it sent"`, for messages. */
export function describeAnswer(code: number, reasonString: string | undefined): string {
  return `${describeReason(code)}${reasonString === undefined ? '' : `: ${quoteText(reasonString)}`}`;
}

/** The MQTT 5 reason code for a CONNACK return code of MQTT 3.x, or `undefined` for a reserved one. */
export function reasonOfReturnCode(returnCode: number): number | undefined {
  return CONNACK_V3[returnCode];
}

/** Whether a refusal or disconnect with this code may pass without a change by the user. */
export function isTransientReason(code: number): boolean {
  return TRANSIENT.has(code);
}
