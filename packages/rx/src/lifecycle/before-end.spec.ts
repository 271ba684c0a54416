import { createTestConnection } from '@rxmqtt/core/testing';
import { beforeEnd, sayFarewell } from './before-end.js';

describe('farewells', () => {
  it('are said to the connection that they were given for, in their order, until they are taken back', () => {
    const [one, other] = [createTestConnection().connection, createTestConnection().connection];
    const said: string[] = [];
    beforeEnd(one, () => said.push('a'));
    const takeBack = beforeEnd(one, () => said.push('b'));
    beforeEnd(one, () => said.push('c'));
    beforeEnd(other, () => said.push('other'));
    takeBack();
    takeBack();

    sayFarewell(one);

    expect(said).toEqual(['a', 'c']);
  });

  it('may be taken back while they are said, and there may be none', () => {
    const { connection } = createTestConnection();
    const said: string[] = [];
    sayFarewell(connection);
    const takeBack = beforeEnd(connection, () => {
      said.push('a');
      takeBack();
    });

    sayFarewell(connection);
    sayFarewell(connection);

    expect(said).toEqual(['a']);
  });
});
