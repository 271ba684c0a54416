export { toAsyncIterable } from './adapters/to-async-iterable.js';
export { toWebStream } from './adapters/to-web-stream.js';
export { NoResponderError, RemoteError } from './asking/remote-error.js';
export { requestMany } from './asking/request-many.js';
export { request } from './asking/request.js';
export { respond } from './asking/respond.js';
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
export { sampleStats } from './lifecycle/stats.js';
export { fromTopic } from './observing/from-topic.js';
export { presenceWill } from './presence/presence-will.js';
export { presence } from './presence/presence.js';
export { presences } from './presence/presences.js';
export { bufferOverflow } from './processing/buffer-overflow.js';
export { dedupe } from './processing/dedupe.js';
export { forwardTo } from './processing/forward-to.js';
export { processEach } from './processing/process-each.js';
export { sequenceGaps } from './processing/sequence-gaps.js';
export { clearRetained } from './publishing/clear-retained.js';
export { publishAll } from './publishing/publish-all.js';
export { groupByTopic } from './observing/group-by-topic.js';
export { ignoreRetained } from './observing/ignore-retained.js';
export { latestByTopic } from './observing/latest-by-topic.js';
export { matchTopic } from './observing/match-topic.js';
export { onlyRetained } from './observing/only-retained.js';
export { routeTopics } from './observing/route-topics.js';
export { sampleByTopic } from './observing/sample-by-topic.js';
export { staleAfter } from './observing/stale-after.js';
export { publishTo } from './publishing/publish-to.js';
export { sink } from './publishing/sink.js';
export { bufferWhileOffline } from './reconnecting/buffer-while-offline.js';
export { onReconnect } from './reconnecting/on-reconnect.js';
export { repeatOnReconnect } from './reconnecting/repeat-on-reconnect.js';
export { retryBackoff } from './reconnecting/retry-backoff.js';
export { whileConnected } from './reconnecting/while-connected.js';

// The part of the core that users of Observables meet.
export {
  AbortedError,
  AuthenticationError,
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
  NotConnectedError,
  OfflineError,
  OverflowError,
  PluginError,
  ProtocolError,
  ProviderError,
  ProxyError,
  PublishRefusedError,
  ServerDisconnectError,
  StoreError,
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
export type {
  Reply,
  ReplyError,
  RequestManyOptions,
  RequestOptions,
  Until,
  UntilOptions,
} from './asking/ask-options.js';
export type { HandlerResult, ReceivedRequest, RespondOptions, RespondStatus } from './asking/respond-options.js';
export type { Mqtt } from './client/mqtt.js';
export type { ByContentTypeOptions } from './codecs/by-content-type.js';
export type { Codec, Encoded } from './codecs/codec.js';
export type { DeadLetter, DeadLetterOptions } from './dead-letters/dead-letter.js';
export type { DecodeErrorPolicy, DecodeOptions, DecodedMessage, UndecodedMessage } from './decoding/decode-options.js';
export type { SampleStatsOptions } from './lifecycle/stats.js';
export type { BufferOverflow } from './internal/backlog.js';
export type { BufferOptions, DropOptions } from './internal/buffer-options.js';
export type { Random } from './internal/random.js';
export type {
  FilterCollection,
  FilterInput,
  ObserveOptions,
  ObservedMessage,
  ObservedOneOf,
  TemplatesOf,
} from './observing/observe-options.js';
export type { PresenceOptions, PresenceWill } from './presence/presence-will.js';
export type { PresenceStatus } from './presence/presence.js';
export type { PresencesOptions, Present } from './presence/presences.js';
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
export type { SequenceGapsOptions } from './processing/sequence-gaps.js';
export type { SequenceStep, SequencedValue } from './processing/sequence.js';
export type { ClearRetainedOptions, ClearedTopic } from './publishing/clear-retained.js';
export type { PublishAllOptions } from './publishing/publish-all.js';
export type {
  FailedStatus,
  PublishErrorPolicy,
  PublishInput,
  PublishManyOptions,
  PublishStatus,
  PublishToOptions,
  PublishedStatus,
  SinkOverflow,
} from './publishing/publish-to-options.js';
export type { PullSource, WebStream } from './publishing/pull-source.js';
export type { Sink, SinkReport } from './publishing/sink.js';
export type { GroupByTopicOptions, TopicKey } from './observing/group-by-topic.js';
export type { LatestByTopicOptions } from './observing/latest-by-topic.js';
export type { RoutedMessage } from './observing/route-topics.js';
export type { SampleByTopicOptions } from './observing/sample-by-topic.js';
export type { Freshness, StaleAfterOptions } from './observing/stale-after.js';
export type { TopicMessage, WithCaptures } from './observing/topic-message.js';
export type { BufferWhileOfflineOptions } from './reconnecting/buffer-while-offline.js';
export type { Jitter, RetryPolicy } from './reconnecting/retry-policy.js';
export type {
  AckMode,
  CloseOptions,
  Connection,
  ConnectionEnd,
  ConnectionEvents,
  ConnectionOptions,
  ConnectionState,
  ConnectionStats,
  DrainOptions,
  DrainReport,
  DropEvent,
  FilterOptions,
  FilterSet,
  Logger,
  MqttErrorCode,
  MqttMessage,
  Negotiated,
  OfflinePolicy,
  OneShotMessage,
  OneShotOptions,
  OptionProblem,
  OverflowPolicy,
  Payload,
  Plugin,
  PluginContext,
  PluginHooks,
  PublishOptions,
  PublishProperties,
  PublishResult,
  QoS,
  ReconnectOptions,
  ServerOption,
  SubscribeOnceOptions,
  SubscribeOptions,
  TemplateCaptures,
  TemplateParams,
  TopicDefaults,
  UserProperty,
  Will,
} from '@rxmqtt/core';
