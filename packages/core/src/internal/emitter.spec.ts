import { Emitter } from './emitter.js';

interface Events {
  readonly number: number;
  readonly text: string;
}

function emitterOf(): { emitter: Emitter<Events>; problems: unknown[] } {
  const problems: unknown[] = [];
  return { emitter: new Emitter<Events>((error, name) => problems.push([name, error])), problems };
}

describe('Emitter', () => {
  it('calls the listeners of an event in the order they were added', () => {
    const { emitter } = emitterOf();
    const calls: string[] = [];
    emitter.on('number', (event) => calls.push(`first ${String(event)}`));
    emitter.on('text', (event) => calls.push(`text ${event}`));
    emitter.on('number', (event) => calls.push(`second ${String(event)}`));
    emitter.emit('number', 1);
    emitter.emit('text', 'a');
    emitter.emit('number', 2);
    expect(calls).toEqual(['first 1', 'second 1', 'text a', 'first 2', 'second 2']);
  });

  it('does nothing when nobody listens', () => {
    const { emitter, problems } = emitterOf();
    emitter.emit('number', 1);
    emitter.on('number', () => undefined)();
    emitter.emit('number', 2);
    expect(problems).toEqual([]);
  });

  it('does not call a listener that was taken away, and takes it away once', () => {
    const { emitter } = emitterOf();
    const calls: string[] = [];
    const stop = emitter.on('number', () => calls.push('one'));
    emitter.on('number', () => calls.push('other'));
    stop();
    stop();
    emitter.emit('number', 1);
    expect(calls).toEqual(['other']);
  });

  it('lets listeners come and go while it calls: that counts from the next event on', () => {
    const { emitter } = emitterOf();
    const calls: string[] = [];
    const stopFirst = emitter.on('number', () => {
      calls.push('first');
      stopFirst();
      stopSecond();
      emitter.on('number', () => calls.push('third'));
    });
    const stopSecond = emitter.on('number', () => calls.push('second'));
    emitter.emit('number', 1);
    expect(calls).toEqual(['first', 'second']);
    calls.length = 0;
    emitter.emit('number', 2);
    expect(calls).toEqual(['third']);
  });

  it('does not tell a listener of the event during which it was added', () => {
    const { emitter } = emitterOf();
    const calls: string[] = [];
    emitter.on('number', (event) => {
      calls.push(`old ${String(event)}`);
      if (event === 1) emitter.on('number', (later) => calls.push(`new ${String(later)}`));
    });
    emitter.emit('number', 1);
    emitter.emit('number', 2);
    expect(calls).toEqual(['old 1', 'old 2', 'new 2']);
  });

  it('tells everybody of an event before one that it has caused', () => {
    const { emitter } = emitterOf();
    const calls: string[] = [];
    emitter.on('number', (event) => {
      calls.push(`a${String(event)}`);
      if (event === 1) emitter.emit('number', 2);
    });
    emitter.on('number', (event) => calls.push(`b${String(event)}`));
    emitter.emit('number', 1);
    expect(calls).toEqual(['a1', 'b1', 'a2', 'b2']);
  });

  it('reports a listener that throws, and calls the others', () => {
    const { emitter, problems } = emitterOf();
    const calls: number[] = [];
    const problem = new Error('no');
    emitter.on('number', () => {
      throw problem;
    });
    emitter.on('number', (event) => calls.push(event));
    emitter.emit('number', 1);
    emitter.emit('number', 2);
    expect(calls).toEqual([1, 2]);
    expect(problems).toEqual([
      ['number', problem],
      ['number', problem],
    ]);
  });

  it('reports a listener that rejects', async () => {
    const { emitter, problems } = emitterOf();
    const problem = new Error('no');
    const rejects: (event: number) => unknown = () => Promise.reject(problem);
    emitter.on('number', rejects);
    emitter.emit('number', 1);
    await Promise.resolve();
    expect(problems).toEqual([['number', problem]]);
  });
});
