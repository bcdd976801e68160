import { parseBenchArguments } from '../../../../../bench/workloads/imaging/arguments';
import { type BenchResults, render, verdicts } from '../../../../../bench/workloads/imaging/report';

const sizes = { largeBytes: 600e6, smallFiles: 2_000, smallBytes: 50_000 };

function results({
  received = 0.7,
  processed = 0.5,
  uploadBytes = 150e6,
  workerBytes = 150e6,
  receivedFilesPerSecond = 200,
  storedFilesPerSecond = 60,
} = {}): BenchResults {
  const receiving = (ratio: number, receivedBytesPerSecond = 2e8) => ({
    receivedBytesPerSecond,
    peerBytesPerSecond: 3e8,
    ratio,
  });
  const storing = (ratio: number, storedBytesPerSecond = 2e8) => ({
    storedBytesPerSecond,
    hashedBytesPerSecond: 4e8,
    ratio,
    peerBytesPerSecond: 3e8,
    peerRatio: ratio,
  });
  return {
    receive: {
      ...sizes,
      large: receiving(received),
      small: receiving(0.1),
      smallDurable: receiving(0.3, receivedFilesPerSecond * sizes.smallBytes),
      peakBytes: uploadBytes,
    },
    process: {
      ...sizes,
      large: storing(processed),
      small: storing(0.1, storedFilesPerSecond * sizes.smallBytes),
      peakBytes: workerBytes,
    },
  };
}

describe('the verdicts of the benchmark of imaging', () => {
  test('hold where receiving and processing cost little more than the least there is, within memory', () => {
    expect(verdicts(results()).every(({ holds }) => holds)).toBe(true);
  });

  test.each([
    ['receiving is slow', { received: 0.59 }, 'receiving reaches 0.59 of a plain upload'],
    ['processing is slow', { processed: 0.39 }, 'processing and storing reach 0.39 of SHA-256 alone'],
    [
      'the upload program takes too much memory',
      { uploadBytes: 201e6 },
      'the upload program never has more memory than 201 MB',
    ],
    [
      'small files come slower than is planned',
      { receivedFilesPerSecond: 39.9 },
      'an upload program receives 39 small files a second; capacity is planned with 40',
    ],
    [
      'small files are stored slower than is planned',
      { storedFilesPerSecond: 19.9 },
      'a worker stores 19 small files a second; capacity is planned with 20',
    ],
    ['the worker takes too much memory', { workerBytes: 201e6 }, 'the worker never has more memory than 201 MB'],
  ])('miss where %s', (_, change, text) => {
    const missed = verdicts(results(change)).flatMap(({ holds, text: said }) => (holds ? [] : [said]));

    expect(missed).toEqual([expect.stringContaining(text)]);
    expect(render(results(change))).toContain('MISSED');
  });
});

describe('the command line of the benchmark of imaging', () => {
  test('says how large the large file is and how many small ones there are', () => {
    expect(parseBenchArguments([])).toMatchObject({ mode: 'measure', largeMegabytes: 600, smallFiles: 2_000 });
    expect(parseBenchArguments(['--megabytes', '50', '--files', '20'])).toMatchObject({
      largeMegabytes: 50,
      smallFiles: 20,
    });
  });

  test.each([
    [['--files', '1'], '--files is "1": expected a whole number from 10 to 20000.'],
    [['--laod'], 'The options are --megabytes, --files, --load'],
    [['--json', ''], '--json needs the path of a file.'],
  ])('refuses %j with what is legal', (words, message) => {
    expect(() => parseBenchArguments(words)).toThrow(message);
  });
});
