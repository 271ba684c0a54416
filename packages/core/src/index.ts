export { createConnection } from './connection/create-connection.js';
export { srv } from './endpoints/srv.js';
export { publishOnce } from './one-shot/publish-once.js';
export { subscribeOnce } from './one-shot/subscribe-once.js';
export { eventLogger } from './plugins/event-logger.js';
export { packetLogger } from './plugins/packet-logger.js';
export { traceContext, traceContextOf } from './plugins/trace-context.js';
export { ListenerError, PluginError } from './errors/callback-errors.js';
export {
  CertificateError,
  ClosedError,
  ConnectTimeoutError,
  ConnectionRefusedError,
  CredentialsError,
  HandshakeError,
  InvalidOptionsError,
  KeepaliveTimeoutError,
  NetworkError,
  ProtocolError,
  ProviderError,
  ProxyError,
  ServerDisconnectError,
  UnsupportedError,
} from './errors/connection-errors.js';
export {
  AbortedError,
  DecodeError,
  ExpiredError,
  InvalidMessageError,
  LimitExceededError,
  OfflineError,
  OverflowError,
  PublishRefusedError,
  SubscribeRejectedError,
  TimeoutError,
  UnacknowledgedError,
  UnknownOutcomeError,
} from './errors/delivery-errors.js';
export { originalCause } from './errors/hide-secrets.js';
export { AuthenticationError } from './errors/authentication-error.js';
export { NotConnectedError } from './errors/not-connected-error.js';
export { InvalidTopicError } from './errors/invalid-topic-error.js';
export { MqttError, isMqttError } from './errors/mqtt-error.js';
export { StoreError } from './errors/store-error.js';
export { reasonName } from './errors/reason-code.js';
export { unknownOptions } from './options/unknown-options.js';
export { publishProblems } from './outbound/publish-problems.js';
export { memoryStore } from './session/memory-store.js';
export { subscriptionProblems } from './subscriptions/subscription-problems.js';
export { captures } from './topics/captures.js';
export { compileCaptures } from './topics/compile-captures.js';
export { compileFilter } from './topics/compile-filter.js';
export { filtersOverlap } from './topics/filters-overlap.js';
export { matchTopic } from './topics/match-topic.js';
export { buildSharedFilter, parseSharedFilter } from './topics/shared-subscription.js';
export { isTopicFilter, validateTopicFilter } from './topics/topic-filter.js';
export { isTopicName, validateTopicName } from './topics/topic-name.js';
export { parseTemplate } from './topics/parse-template.js';
export { TopicTrie } from './topics/topic-trie.js';

export type {
  CloseOptions,
  Connection,
  ConnectionEnd,
  ConnectionEvents,
  DrainOptions,
  DrainReport,
  DropEvent,
} from './connection/connection.js';
export type {
  ClosedState,
  ConnectedState,
  ConnectingState,
  ConnectionState,
  DrainingState,
  EndedBy,
  FailedState,
  IdleState,
  ReconnectingState,
  WaitingFor,
} from './connection/connection-state.js';
export type { ConnectionStats, InAndOut, QueueDepths } from './observability/connection-stats.js';
export type { Log, LogFields, LogFunction, Logger, LoggerMethods, LogLevel } from './observability/logger.js';
export type { OneShotMessage, OneShotOptions, SubscribeOnceOptions } from './one-shot/one-shot-options.js';
export type { LoggerPluginOptions, PacketLoggerOptions } from './plugins/packet-logger.js';
export type { PacketInfo } from './plugins/packet-info.js';
export type {
  ConnectAttempt,
  ConnectPatch,
  MessagePatch,
  Plugin,
  PluginContext,
  PluginHooks,
  PluginMessage,
} from './plugins/plugin.js';
export type { TraceApi, TraceContextOptions } from './plugins/trace-context.js';
export type { PacketName } from './wire/packet-names.js';
export type { PlatformSignals } from './connection/platform-signals.js';
export type { Negotiated } from './connection/negotiated.js';
export type { OptionProblem } from './errors/connection-errors.js';
export type { MqttErrorCode, MqttErrorOptions } from './errors/mqtt-error.js';
export type { MqttMessage, QoS } from './message/mqtt-message.js';
export type { PublishProperties, UserProperty } from './message/publish-properties.js';
export type {
  ConnectionOptions,
  Credentials,
  CredentialsContext,
  CredentialsProvider,
  OutboxOptions,
  ReceiveOptions,
  SessionOptions,
  Will,
  WillProvider,
} from './options/connection-options.js';
export type { Endpoint, EndpointProtocol } from './options/endpoint.js';
export type {
  AttemptContext,
  NodeDuplex,
  PerAttempt,
  ProxyOption,
  ProxyParts,
  ProxyProtocol,
  SocketOptions,
  TlsMaterial,
  TlsOptions,
  TlsVersion,
  TransportProvider,
  TransportStream,
  WebDuplex,
  WebSocketOptions,
} from './options/network-options.js';
export type {
  RedirectPolicy,
  ServerOption,
  ServerParts,
  SrvLookup,
  SrvOptions,
  SrvRecord,
  SrvResolver,
} from './options/server-options.js';
export type { Authentication, AuthenticationContext, AuthenticationExchange } from './options/authentication.js';
export type { PauseReason, ReconnectDelay, ReconnectFailure, ReconnectOptions } from './options/reconnect-options.js';
export type {
  OfflinePolicy,
  OverflowPolicy,
  Payload,
  Publication,
  PublishOptions,
  PublishOutcome,
  PublishResult,
  TopicDefaults,
} from './outbound/publish-options.js';
export type { SessionStore, StoreEntry, StoreOperation, StoreWarning } from './session/session-store.js';
export type {
  AckMode,
  FilterOptions,
  FilterSet,
  Grant,
  MessageListener,
  ReceiveOverflowPolicy,
  SubscribeOptions,
  Subscription,
  SubscriptionObserver,
} from './subscriptions/subscribe-options.js';
export type { SharedFilter } from './topics/shared-subscription.js';
export type { TemplateCaptures } from './topics/template-captures.js';
export type { TemplateParams } from './topics/template-params.js';
export type { TopicTemplate } from './topics/topic-template.js';
