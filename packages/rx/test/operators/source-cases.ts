import { type Observable, take } from 'rxjs';
import { type AskingScript, asking, hear, promises } from '../asked.js';

/** What the general cases need to know of a function that makes an Observable of what a connection brings. */
export interface SourceCase {
  readonly create: (script: AskingScript) => Observable<unknown>;
  /** Lets the server do what makes it emit once; `i` is another one each time. */
  readonly cause: (script: AskingScript, i: number) => void;
  /** How many values come as soon as the server has granted what was asked. Defaults to none. */
  readonly greeting?: number;
  /** Whether what comes in one go is one value. Defaults to no. */
  readonly gathers?: boolean;
  /** Whether it completes when the connection has failed for good, instead of erroring. Defaults to no. */
  readonly neverErrors?: boolean;
  /** The filters that it gives up when it is left. Defaults to none. */
  readonly gives?: readonly string[];
}

/** The cases of CONTRIBUTING.md that are the same for everything that begins a stream. */
export function sourceCases(source: SourceCase): void {
  const { create, cause, greeting = 0, gathers = false, neverErrors = false, gives = [] } = source;
  const causeAll = async (script: AskingScript, count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      cause(script, i);
      await promises();
    }
  };
  const scripts: AskingScript[] = [];
  const opened = (): AskingScript => {
    const script = asking({ session: { clean: false } });
    scripts.push(script);
    return script;
  };
  afterEach(async () => {
    for (const { mqtt } of scripts.splice(0)) await mqtt.close();
  });
  const begun = async (only = Infinity) => {
    const script = opened();
    const heard = hear(create(script).pipe(take(only)));
    script.serve();
    await promises();
    return { script, heard };
  };

  describe('like every source', () => {
    it('does nothing before it is subscribed', () => {
      const script = opened();
      void create(script);
      expect(script.server.wires).toHaveLength(0);
    });

    it('says nothing while nothing happens, and leaves nothing behind when it is left', async () => {
      const { script, heard } = await begun();
      expect(heard).toMatchObject({ completed: false, error: undefined });
      expect(heard.values).toHaveLength(greeting);
      heard.leave();
      expect(script.filters().filter((filter) => filter.startsWith('-'))).toEqual(gives.map((filter) => `-${filter}`));
      await causeAll(script, 1);
      expect(heard.values).toHaveLength(greeting);
      expect(script.mqtt.connection.state.type).toBe('connected');
    });

    it('completes without a value when the connection is closed before there is any', async () => {
      const script = opened();
      const heard = hear(create(script));
      await script.mqtt.close();
      await promises();
      expect(heard).toMatchObject({ values: [], error: undefined, completed: true });
    });

    it('errors with what the connection fails with, or completes if it never errors', async () => {
      const script = opened();
      const heard = hear(create(script));
      script.server.connection.open().catch(() => undefined);
      script.server.wire.connack({ reasonCode: 0x8a });
      await promises();
      const failure = { code: 'ERR_MQTT_CONNECTION_REFUSED' };
      for (const each of [heard, hear(create(script))]) {
        if (neverErrors) expect(each).toMatchObject({ error: undefined, completed: true });
        else expect(each.error).toMatchObject(failure);
        expect(each.values).toEqual([]);
      }
    });

    it.each([1, 5])('emits %d', async (count) => {
      const { script, heard } = await begun();
      await causeAll(script, count);
      expect(heard.values).toHaveLength(greeting + count);
      expect(heard).toMatchObject({ completed: false, error: undefined });
    });

    it('emits to each subscriber, until that one leaves', async () => {
      const script = opened();
      const source$ = create(script);
      const [first, second] = [hear(source$), hear(source$)];
      script.serve();
      await promises();
      first.leave();
      await causeAll(script, 1);
      expect(first.values).toHaveLength(greeting);
      expect(second.values).toHaveLength(greeting + 1);
    });

    it('emits no more than is taken, however much comes at once', async () => {
      const { script, heard } = await begun(greeting + 1);
      for (let i = 0; i < 5; i++) cause(script, i);
      await promises();
      expect(heard.values).toHaveLength(greeting + 1);
      expect(heard.completed).toBe(true);
    });

    it('survives a consumer that causes the next value', async () => {
      const script = opened();
      let caused = 0;
      let seen = 0;
      const subscription = create(script).subscribe(() => {
        seen++;
        if (seen > greeting && caused < 4) cause(script, ++caused);
      });
      script.serve();
      await promises();
      cause(script, 0);
      for (let i = 0; i < 5; i++) await promises();
      expect(seen).toBe(greeting + 5);
      subscription.unsubscribe();
    });

    it('lets a consumer leave in the middle of its value', async () => {
      const script = opened();
      let seen = 0;
      const subscription = create(script).subscribe(() => {
        if (++seen > greeting) subscription.unsubscribe();
      });
      script.serve();
      await promises();
      for (let i = 0; i < 3; i++) cause(script, i);
      await promises();
      expect(seen).toBe(greeting + 1);
    });

    it('lives through reconnects, of a session that is there and of one that was lost', async () => {
      const { script, heard } = await begun();
      for (const sessionPresent of [true, false]) {
        const before = heard.values.length;
        script.server.wire.cut();
        script.server.clock.advance(60_000);
        script.server.wire.connack({ sessionPresent });
        script.serve();
        await promises();
        cause(script, sessionPresent ? 100 : 200);
        await promises();
        expect(heard.values.length).toBeGreaterThan(before);
        expect(heard).toMatchObject({ completed: false, error: undefined });
      }
    });

    it(`takes what comes in one go for ${gathers ? 'one value' : 'as many values'}`, async () => {
      const { script, heard } = await begun();
      for (let i = 0; i < 3; i++) cause(script, i);
      await promises();
      expect(heard.values).toHaveLength(greeting + (gathers ? 1 : 3));
    });
  });
}
