import type { DecodeError } from '@rxmqtt/core';
import { expectTypeOf } from 'expect-type';
import type { Observable } from 'rxjs';
import { json } from '../codecs/json.js';
import { number } from '../codecs/number.js';
import { deadLetter } from '../dead-letters/dead-letter.js';
import type { ObservedMessage } from '../observing/observe-options.js';
import { decode } from './decode.js';

// Checked by the compiler only.
declare const source$: Observable<ObservedMessage<'a/{id}', Uint8Array>>;

source$.pipe(decode(number())).subscribe((message) => {
  expectTypeOf(message.value).toEqualTypeOf<number>();
  expectTypeOf(message.params).toEqualTypeOf<{ readonly id: string }>();
});
source$.pipe(decode(json<{ n: 1 }>(), { onError: deadLetter('dead') })).subscribe(({ value }) => {
  expectTypeOf(value).toEqualTypeOf<{ n: 1 }>();
});
source$.pipe(decode(number(), { onError: 'pass' })).subscribe((message) => {
  expectTypeOf(message.value).toEqualTypeOf<number | undefined>();
  if (message.error === undefined) expectTypeOf(message.value).toEqualTypeOf<number>();
  else expectTypeOf(message.error).toEqualTypeOf<DecodeError>();
});

// @ts-expect-error -- no such policy
decode(number(), { onError: 'ignore' });
