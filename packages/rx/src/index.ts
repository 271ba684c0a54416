export { toAsyncIterable } from './adapters/to-async-iterable.js';
export { toWebStream } from './adapters/to-web-stream.js';
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
export { bufferOverflow } from './processing/buffer-overflow.js';
export { dedupe } from './processing/dedupe.js';
export { forwardTo } from './processing/forward-to.js';
export { processEach } from './processing/process-each.js';
export { sequenceGaps } from './processing/sequence-gaps.js';
export { sampleStats } from './lifecycle/stats.js';
export { fromTopic } from './observing/from-topic.js';
export { publishTo } from './publishing/publish-to.js';
export { bufferWhileOffline } from './reconnecting/buffer-while-offline.js';
export { onReconnect } from './reconnecting/on-reconnect.js';
export { repeatOnReconnect } from './reconnecting/repeat-on-reconnect.js';
export { retryBackoff } from './reconnecting/retry-backoff.js';
export { whileConnected } from './reconnecting/while-connected.js';

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
  eventLogger,
  isMqttError,
  originalCause,
  packetLogger,
  publishOnce,
  subscribeOnce,
  traceContext,
  traceContextOf,
} from '@rxmqtt/core';

export type { PullOptions } from './adapters/pull-options.js';
export type { Mqtt } from './client/mqtt.js';
export type { ByContentTypeOptions } from './codecs/by-content-type.js';
export type { Codec, Encoded } from './codecs/codec.js';
export type { DeadLetter, DeadLetterOptions } from './dead-letters/dead-letter.js';
export type { DecodeErrorPolicy, DecodeOptions, DecodedMessage, UndecodedMessage } from './decoding/decode-options.js';
export type { BufferOverflow } from './internal/backlog.js';
export type { BufferOptions, DropOptions } from './internal/buffer-options.js';
export type {
  FilterCollection,
  FilterInput,
  ObserveOptions,
  ObservedMessage,
  ObservedOneOf,
  TemplatesOf,
} from './observing/observe-options.js';
export type { BufferOverflowOptions } from './processing/buffer-overflow.js';
export type { DedupeOptions } from './processing/dedupe.js';
export type { ForwardAnswer, ForwardOptions, ForwardOutput } from './processing/forward-options.js';
export type {
  ErrorAction,
  ErrorPolicy,
  ProcessContext,
  ProcessFailure,
  ProcessOptions,
  ProcessResult,
} from './processing/process-options.js';
export type { HandlerValue } from './processing/run-handler.js';
export type { SequenceGapsOptions, SequencedValue } from './processing/sequence-gaps.js';
export type { SequenceStep } from './processing/sequence.js';
export type { PublishInput, PublishStatus, PublishToOptions } from './publishing/publish-to-options.js';
export type { BufferWhileOfflineOptions } from './reconnecting/buffer-while-offline.js';
export type { Jitter, RetryPolicy } from './reconnecting/retry-policy.js';
export type {
  Connection,
  ConnectionEnd,
  ConnectionEvents,
  ConnectionOptions,
  ConnectionState,
  ConnectionStats,
  DrainReport,
  DropEvent,
  FilterOptions,
  FilterSet,
  Logger,
  MqttErrorCode,
  MqttMessage,
  Negotiated,
  OneShotMessage,
  OneShotOptions,
  Payload,
  Plugin,
  PluginContext,
  PluginHooks,
  PublishOptions,
  PublishProperties,
  PublishResult,
  QoS,
  SubscribeOnceOptions,
  SubscribeOptions,
  TemplateCaptures,
  TemplateParams,
} from '@rxmqtt/core';
