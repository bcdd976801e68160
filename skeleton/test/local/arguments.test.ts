import { HELP, parseArguments } from '../../local/arguments';

describe('the command line of the local stack', () => {
  test('serves until it is stopped when nothing is said', () => {
    expect(parseArguments([])).toEqual({ mode: 'serve', durationSeconds: undefined, apiPort: 0, directory: undefined });
  });

  test('runs a demo of 200 patients unless told otherwise', () => {
    expect(parseArguments(['--demo'])).toMatchObject({ mode: 'demo', patients: 200, seed: '1' });
    expect(parseArguments(['--demo', '--patients', '12', '--seed=abc', '--duration', '30'])).toEqual({
      mode: 'demo',
      patients: 12,
      seed: 'abc',
      durationSeconds: 30,
      apiPort: 0,
      directory: undefined,
    });
  });

  test('hands a command on as it is, equal signs included', () => {
    expect(parseArguments(['--exec=A=1 npm test', '--api-port', '8080', '--directory', '/tmp/x'])).toMatchObject({
      mode: 'exec',
      command: 'A=1 npm test',
      apiPort: 8080,
      directory: '/tmp/x',
    });
  });

  test('explains itself, and each flag it knows', () => {
    expect(parseArguments(['--help'])).toEqual({ mode: 'help' });
    expect(parseArguments(['-h'])).toEqual({ mode: 'help' });
    for (const flag of [
      '--demo',
      '--patients',
      '--seed',
      '--duration',
      '--exec',
      '--api-port',
      '--directory',
      '--help',
    ]) {
      expect(HELP).toContain(flag);
    }
  });

  test.each([
    [['--dem'], '--dem is not known. Did you mean --demo?'],
    [['--duratoin', '3'], '--duratoin is not known. Did you mean --duration?'],
    [['up'], 'up is not known. The flags are'],
    [['--demo', '--demo'], '--demo is given twice.'],
    [['--demo=yes'], '--demo takes no value.'],
    [['--demo', '--patients'], '--patients needs a value.'],
    [['--demo', '--patients', '1.5'], '--patients is "1.5": expected a whole number of patients from 1 to 5000.'],
    [['--demo', '--patients', '0'], 'from 1 to 5000'],
    [['--duration', '-3'], '--duration is "-3": expected a whole number of seconds'],
    [['--api-port', '99999'], '--api-port is "99999": expected a TCP port from 1 to 65535.'],
    [['--seed', '7'], '--seed is about the demo: add --demo.'],
    [['--exec', 'ls', '--demo'], '--demo does not go with it'],
    [['--exec', ' '], '--exec needs a command'],
  ])('refuses %j and says what is legal', (words, message) => {
    expect(() => parseArguments(words)).toThrow(message);
  });
});
