import { expectTypeOf } from 'expect-type';
import type { OfflinePolicy, PublishOptions, Random, RetryPolicy, SampleStatsOptions, sampleStats } from './index.js';
import type { SessionStoreCase, SessionStoreSetup, TransportCase, TransportSetup } from './testing/index.js';

// What a public signature mentions can be named.
expectTypeOf<Parameters<typeof sampleStats>[1]>().toEqualTypeOf<SampleStatsOptions | undefined>();
expectTypeOf<RetryPolicy['random']>().toEqualTypeOf<Random | undefined>();
expectTypeOf<Random>().toEqualTypeOf<() => number>();
expectTypeOf<PublishOptions['offline']>().toEqualTypeOf<OfflinePolicy | undefined>();
expectTypeOf<OfflinePolicy>().toEqualTypeOf<'queue' | 'drop' | 'error'>();
expectTypeOf<Parameters<SessionStoreCase['run']>>().toEqualTypeOf<[SessionStoreSetup]>();
expectTypeOf<Parameters<TransportCase['run']>>().toEqualTypeOf<[TransportSetup]>();
