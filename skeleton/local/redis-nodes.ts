import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ChildGuard } from './child-guard';
import type { RedisProgram } from './redis-program';

/** Ports of one node. */
export interface RedisPorts {
  /** For clients, by TLS. */
  readonly port: number;
  /** For the other nodes of a cluster; a server without it stands alone. */
  readonly busPort?: number;
}

/** Servers as processes: those of one cluster, or one that stands alone. */
export interface RedisNodes {
  /** Whether one of them has ended. */
  readonly hasEnded: boolean;
  /** What they said last, for errors. */
  words(): string;
  /** Lets all of them hang: connections stay, nothing is answered. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends them at once. Nothing is kept. */
  kill(): Promise<void>;
}

export interface RedisNodesOptions {
  readonly program: RedisProgram;
  /** Has `ca.pem`, `server.crt` and `server.key`. */
  readonly directory: string;
  readonly ports: readonly RedisPorts[];
  readonly password: string;
  readonly guard: ChildGuard;
}

const WORDS_MAX = 4_000;
const DIRECTORY_IN_CONTAINER = '/cluster';

/** Writes the nodes' configuration and starts them. */
export async function startRedisNodes(options: RedisNodesOptions): Promise<RedisNodes> {
  const { program, directory, ports, guard } = options;
  await Promise.all(
    ports.map(async (node, index) =>
      // The password stands in a file, since a command line is seen by everyone on the machine.
      writeFile(join(directory, configurationOf(index)), configuration(options, node, index), { mode: 0o600 }),
    ),
  );
  const commands = program.kind === 'binary' ? binaries(program.path, options) : [container(program.image, options)];
  let words = '';
  const children = commands.map(([command, ...parameters]) => {
    const child = spawn(command, parameters, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        words = (words + chunk.toString('utf8')).slice(-WORDS_MAX);
      });
    }
    // Without a listener a program that cannot be started would end this process.
    child.once('error', (error) => {
      words += error.message;
    });
    if (child.pid !== undefined) guard.watch(child.pid);
    return child;
  });
  const signal = async (name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): Promise<void> => {
    if (program.kind === 'docker') await signalContainer(containerName(options), name);
    else for (const child of children) child.kill(name);
  };
  return {
    words: () => words,
    get hasEnded() {
      return children.some(hasEnded);
    },
    pause: async () => signal('SIGSTOP'),
    resume: async () => signal('SIGCONT'),
    kill: async () => {
      const ends = children.map(async (child) => {
        if (!hasEnded(child)) await new Promise((resolve) => child.once('exit', resolve));
        if (child.pid !== undefined) guard.forget(child.pid);
      });
      await signal('SIGKILL');
      await Promise.all(ends);
    },
  };
}

type Command = readonly [string, ...string[]];

function binaries(path: string, { directory, ports }: RedisNodesOptions): Command[] {
  return ports.map((_, index) => [path, join(directory, configurationOf(index))]);
}

/** All nodes in one container: there they find each other on the same loopback ports that are published here. */
function container(image: string, options: RedisNodesOptions): Command {
  const { directory, ports } = options;
  const servers = ports.map((_, index) => `redis-server ${DIRECTORY_IN_CONTAINER}/${configurationOf(index)} &`);
  return [
    'docker',
    'run',
    '--rm',
    '--init',
    `--name=${containerName(options)}`,
    `--volume=${directory}:${DIRECTORY_IN_CONTAINER}`,
    ...ports.map(({ port }) => `--publish=127.0.0.1:${port}:${port}`),
    image,
    'sh',
    '-c',
    `${servers.join(' ')} wait`,
  ];
}

function containerName({ ports }: RedisNodesOptions): string {
  return `pipeline-redis-${ports.map(({ port }) => port).join('-')}`;
}

/** Docker freezes a container by `pause`: SIGSTOP would reach its first process alone. */
async function signalContainer(name: string, signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): Promise<void> {
  const verb = { SIGSTOP: 'pause', SIGCONT: 'unpause', SIGKILL: 'kill' }[signal];
  await promisify(execFile)('docker', [verb, name]);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}

function configurationOf(index: number): string {
  return `node-${index + 1}.conf`;
}

function configuration(
  { program, directory, password }: RedisNodesOptions,
  { port, busPort }: RedisPorts,
  index: number,
): string {
  const [folder, address] = program.kind === 'binary' ? [directory, '127.0.0.1'] : [DIRECTORY_IN_CONTAINER, '0.0.0.0'];
  const settings: Setting[] = [
    ['bind', address],
    // By TLS alone, as ElastiCache does with encryption in transit.
    ['port', 0],
    ['tls-port', port],
    ['tls-cert-file', `"${folder}/server.crt"`],
    ['tls-key-file', `"${folder}/server.key"`],
    ['tls-ca-cert-file', `"${folder}/ca.pem"`],
    ['tls-auth-clients', 'no'],
    ['requirepass', password],
    ...(busPort === undefined ? ALONE : inCluster({ folder, password, busPort, index })),
    ['dir', `"${folder}"`],
    // Nothing is written down.
    ['save', '""'],
    ['appendonly', 'no'],
  ];
  return settings.map(([name, value]) => `${name} ${value}\n`).join('');
}

type Setting = readonly [name: string, value: string | number];

/** What a queue holds is never thrown away to make room: a write is refused instead. */
const ALONE: readonly Setting[] = [['maxmemory-policy', 'noeviction']];

function inCluster(node: {
  readonly folder: string;
  readonly password: string;
  readonly busPort: number;
  readonly index: number;
}): Setting[] {
  return [
    ['tls-cluster', 'yes'],
    ['masterauth', node.password],
    ['cluster-enabled', 'yes'],
    ['cluster-port', node.busPort],
    ['cluster-announce-ip', '127.0.0.1'],
    ['cluster-config-file', `"${node.folder}/node-${node.index + 1}.nodes"`],
  ];
}
