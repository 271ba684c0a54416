import { caught } from '../../test/topics/caught.js';
import { InvalidOptionsError } from '../errors/connection-errors.js';
import { resolveSubscribeOptions } from './resolve-subscribe-options.js';

function paths(options: object): readonly string[] {
  const error = caught(() => resolveSubscribeOptions(options));
  expect(error).toBeInstanceOf(InvalidOptionsError);
  return (error as InvalidOptionsError).problems.map(({ path }) => path);
}

describe('resolveSubscribeOptions', () => {
  it('has the defaults that the comments say', () => {
    expect(resolveSubscribeOptions({})).toEqual({
      qos: 0,
      ack: 'auto',
      noLocal: false,
      retainAsPublished: false,
      retainHandling: 0,
      retained: undefined,
      linger: 0,
      timeout: 10_000,
      onTimeout: 'retry',
      concurrency: 64,
      capacity: 1_000,
      overflow: 'dropOldest',
    });
  });

  it('takes what is given', () => {
    const given = {
      qos: 2,
      ack: 'manual',
      noLocal: true,
      retainAsPublished: true,
      concurrency: Infinity,
      capacity: 1,
      overflow: 'latest',
      linger: 500,
      timeout: Infinity,
      onTimeout: 'error',
    } as const;
    expect(resolveSubscribeOptions({ ...given, retainHandling: 'ignore' })).toEqual({
      ...given,
      retainHandling: 2,
      retained: undefined,
    });
    expect(resolveSubscribeOptions({ retained: 'replay' })).toMatchObject({ retainHandling: 0, retained: 'replay' });
    expect(resolveSubscribeOptions({ retained: 'live' })).toMatchObject({ retainHandling: 2, retained: 'live' });
  });

  it.each<[string, object]>([
    ...[3, -1, '1', null].map((qos): [string, object] => ['qos', { qos }]),
    ...['later', true, null].map((ack): [string, object] => ['ack', { ack }]),
    ...['never', 0, null].map((retainHandling): [string, object] => ['retainHandling', { retainHandling }]),
    ...['all', true, null].map((retained): [string, object] => ['retained', { retained }]),
    ...[-1, '1', Number.NaN, Infinity, null].map((linger): [string, object] => ['linger', { linger }]),
    ...[0, -1, '1', Number.NaN, null].map((timeout): [string, object] => ['timeout', { timeout }]),
    ...['ignore', true, null].map((onTimeout): [string, object] => ['onTimeout', { onTimeout }]),
    ['retained', { retained: 'replay', retainHandling: 'send' }],
    ...[0, -1, 1.5, '1', Number.NaN].map((concurrency): [string, object] => ['concurrency', { concurrency }]),
    ...[0, -1, 1.5, '1', Number.NaN].map((capacity): [string, object] => ['capacity', { capacity }]),
    ...['drop', 'block', null].map((overflow): [string, object] => ['overflow', { overflow }]),
  ])('refuses %s in %j', (path, options) => {
    expect(paths(options)).toEqual([path]);
  });

  it('tells all problems at once', () => {
    expect(paths({ qos: 7, ack: 'x', overflow: 'y' })).toEqual(['qos', 'ack', 'overflow']);
  });

  it.each([null, 7, 'qos', []])('refuses options that are %p', (options) => {
    expect(paths(options as object)).toEqual(['options']);
  });

  it.each(['noLocal', 'retainAsPublished'])('refuses %s that is no boolean', (path) => {
    expect(paths({ [path]: 'yes' })).toEqual([path]);
    expect(paths({ [path]: 1 })).toEqual([path]);
  });

  it('refuses a key that does not exist, with what was probably meant', () => {
    expect(paths({ Qos: 1 })).toEqual(['Qos']);
    expect(paths({ retain: 'send' })).toEqual(['retain']);
  });
});
