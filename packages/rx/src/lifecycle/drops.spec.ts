import { type DropEvent, OverflowError } from '@rxmqtt/core';
import { createTestConnection } from '@rxmqtt/core/testing';
import { dropsOf } from './drops.js';
import { errorsOf } from './errors.js';
import { reportDrop, reportError } from './reports.js';

const drop: DropEvent = { direction: 'in', topic: 'a', qos: 0, reason: 'overflow', error: undefined };

describe('drops$ and errors$', () => {
  it('show what the connection and what operators give up, in one stream', () => {
    const { connection } = createTestConnection({ publish: { offline: 'error' } });
    const seen: DropEvent[] = [];
    dropsOf(connection).subscribe((each) => seen.push(each));

    reportDrop(connection, drop);
    connection.publish('b', 'x');

    expect(seen).toMatchObject([drop, { direction: 'out', topic: 'b' }]);
  });

  it('show an error that an operator reports', () => {
    const { connection } = createTestConnection();
    const seen: unknown[] = [];
    errorsOf(connection).subscribe((each) => seen.push(each));
    const error = new OverflowError('a', 'full');

    reportError(connection, error);

    expect(seen).toEqual([error]);
  });

  it('complete with the connection, and say nothing of other connections', async () => {
    const { connection } = createTestConnection();
    const seen: string[] = [];
    dropsOf(connection).subscribe({ next: () => seen.push('drop'), complete: () => seen.push('drops$ completes') });
    errorsOf(connection).subscribe({ next: () => seen.push('error'), complete: () => seen.push('errors$ completes') });

    reportDrop(createTestConnection().connection, drop);
    await connection.close();
    reportDrop(connection, drop);
    reportError(connection, new OverflowError('a', 'late'));

    expect(seen).toEqual(['drops$ completes', 'errors$ completes']);
  });

  it('cost nothing where nobody looks', () => {
    const { connection } = createTestConnection();

    expect(() => {
      reportDrop(connection, drop);
      reportError(connection, new OverflowError('a', 'unseen'));
    }).not.toThrow();
  });
});
