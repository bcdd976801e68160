import { parseApiPort } from '../../../src/runtime/http/local-program';

describe('API_PORT', () => {
  test.each([
    ['0', 0],
    ['8081', 8081],
    ['65535', 65535],
  ])('%s is a port', (text, port) => {
    expect(parseApiPort({ API_PORT: text })).toBe(port);
  });

  test.each([
    [undefined, 'missing'],
    ['65536', 'wrong'],
    ['80 ', 'wrong'],
    ['', 'wrong'],
    ['-1', 'wrong'],
  ])('%j is refused as %s', (text, fault) => {
    expect(() => parseApiPort({ API_PORT: text })).toThrow(new RegExp(`API_PORT is ${fault}`));
  });
});
