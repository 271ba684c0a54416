import type { ConnectionState, DropEvent, MqttError, PublishResult, ServerOption } from '@rxmqtt/core';
import { expectTypeOf } from 'expect-type';
import type { Observable } from 'rxjs';
import { connect } from './connect.js';
import type { Mqtt } from './mqtt.js';

// Checked by the compiler only.
declare const mqtt: Mqtt;

expectTypeOf(connect).toEqualTypeOf<(server: ServerOption, options?: Parameters<typeof connect>[1]) => Mqtt>();
expectTypeOf(mqtt.state$).toEqualTypeOf<Observable<ConnectionState>>();
expectTypeOf(mqtt.connected$).toEqualTypeOf<Observable<boolean>>();
expectTypeOf(mqtt.errors$).toEqualTypeOf<Observable<MqttError>>();
expectTypeOf(mqtt.drops$).toEqualTypeOf<Observable<DropEvent>>();
expectTypeOf(mqtt.publish('a', new Uint8Array(), { qos: 2 })).toEqualTypeOf<Observable<PublishResult>>();

// A state says what else it has.
mqtt.state$.subscribe((state) => {
  if (state.type === 'reconnecting') expectTypeOf(state.cause).toEqualTypeOf<MqttError>();
  expectTypeOf(state).not.toHaveProperty('cause');
});

// Wrong uses.
// @ts-expect-error -- a URL is needed
void connect();
// @ts-expect-error -- no such protocol version
void connect('mqtt://localhost', { protocolVersion: 6 });
// @ts-expect-error -- no such option
void connect('mqtt://localhost', { keepAlive: 60 });
// @ts-expect-error -- a payload is text or bytes
void mqtt.publish('a', 21.5);
// @ts-expect-error -- a payload is needed
void mqtt.publish('a');
// @ts-expect-error -- no such quality of service
void mqtt.publish('a', '', { qos: 3 });
// @ts-expect-error -- unsubscribing is what takes a message back
void mqtt.publish('a', '', { signal: AbortSignal.abort() });
// Who emits is not for observers to say.
expectTypeOf(mqtt.state$).not.toHaveProperty('next');
// @ts-expect-error -- a client keeps its connection
mqtt.connection = connect('mqtt://localhost').connection;
