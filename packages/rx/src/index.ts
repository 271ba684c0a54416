export { connect } from './client/connect.js';
export { byContentType } from './codecs/by-content-type.js';
export { bytes } from './codecs/bytes.js';
export { json } from './codecs/json.js';
export { number } from './codecs/number.js';
export { SchemaError } from './codecs/schema-error.js';
export { text } from './codecs/text.js';
export { validated } from './codecs/validated.js';
export { deadLetter } from './dead-letters/dead-letter.js';
export { decode } from './decoding/decode.js';
export { publishTo } from './publishing/publish-to.js';

// The part of the core that users of Observables meet.
export {
  AbortedError,
  CertificateError,
  ClosedError,
  ConnectTimeoutError,
  ConnectionRefusedError,
  CredentialsError,
  DecodeError,
  ExpiredError,
  HandshakeError,
  InvalidMessageError,
  InvalidOptionsError,
  InvalidTopicError,
  KeepaliveTimeoutError,
  LimitExceededError,
  ListenerError,
  MqttError,
  NetworkError,
  OfflineError,
  OverflowError,
  PluginError,
  ProtocolError,
  ProviderError,
  ProxyError,
  PublishRefusedError,
  ServerDisconnectError,
  SubscribeRejectedError,
  TimeoutError,
  UnacknowledgedError,
  UnknownOutcomeError,
  UnsupportedError,
  isMqttError,
  originalCause,
} from '@rxmqtt/core';

export type { Mqtt } from './client/mqtt.js';
export type { ByContentTypeOptions } from './codecs/by-content-type.js';
export type { Codec, Encoded } from './codecs/codec.js';
export type { DeadLetter, DeadLetterOptions } from './dead-letters/dead-letter.js';
export type { DecodeErrorPolicy, DecodeOptions, DecodedMessage, UndecodedMessage } from './decoding/decode-options.js';
export type { ObserveOptions, ObservedMessage } from './observing/observe-options.js';
export type { PublishInput, PublishStatus, PublishToOptions } from './publishing/publish-to-options.js';
export type {
  Connection,
  ConnectionEnd,
  ConnectionEvents,
  ConnectionOptions,
  ConnectionState,
  DrainReport,
  DropEvent,
  MqttErrorCode,
  MqttMessage,
  Negotiated,
  Payload,
  PublishOptions,
  PublishProperties,
  PublishResult,
  QoS,
  SubscribeOptions,
  TemplateParams,
} from '@rxmqtt/core';
