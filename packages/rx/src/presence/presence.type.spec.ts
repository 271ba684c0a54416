import type { Will } from '@rxmqtt/core';
import { expectTypeOf } from 'expect-type';
import type { Observable } from 'rxjs';
import { connect } from '../client/connect.js';
import { type PresenceStatus, presence } from './presence.js';
import { type PresenceWill, presenceWill } from './presence-will.js';
import { type Present, presences } from './presences.js';

// Checked by the compiler only.
const will = presenceWill({ topic: 'plant/7/presence', delay: 5 });
expectTypeOf(will).toExtend<Will>();
const mqtt = connect('mqtt://localhost', { will });
expectTypeOf(presence(mqtt, will)).toEqualTypeOf<Observable<PresenceStatus>>();
expectTypeOf(presences(mqtt, 'plant/{machine}/presence', { key: ({ params }) => params.machine })).toEqualTypeOf<
  Observable<ReadonlyMap<string, Present<'plant/{machine}/presence'>>>
>();

// Wrong uses.
// @ts-expect-error -- a will that was not made for presence says nothing of it
void presence(mqtt, { topic: 'plant/7/presence', payload: 'offline', retain: true });
// @ts-expect-error -- the will is what is told
void presence(mqtt, { topic: 'plant/7/presence' });
// @ts-expect-error -- and needed
void presence(mqtt);
// @ts-expect-error -- presence is retained, or nobody who comes late knows of it
presenceWill({ topic: 'a', retain: false });
expectTypeOf(presences(mqtt, 'a/+')).toExtend<Observable<{ readonly size: number }>>();
// Who is there is for reading only.
declare const present: ReadonlyMap<string, Present>;
expectTypeOf(present).not.toHaveProperty('clear');
expectTypeOf<PresenceWill>().not.toEqualTypeOf<Will>();
