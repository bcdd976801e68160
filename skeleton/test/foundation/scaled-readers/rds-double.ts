import { Readable } from 'node:stream';
import { RDSClient } from '@aws-sdk/client-rds';

interface DoubleInstance {
  readonly cluster: string;
  status: string;
}

/**
 * RDS in memory, behind the SDK's own request handler: requests are serialized and answers parsed by the real client. It knows the two
 * operations of whoever removes readers, and throws on any other.
 */
export class RdsDouble {
  readonly client: RDSClient;
  readonly instances = new Map<string, DoubleInstance>();
  /** Called before each answer, with how many requests there were before it. */
  beforeAnswer: (requestsCount: number) => void;
  private requestsCount = 0;

  constructor(instances: Readonly<Record<string, DoubleInstance>>) {
    this.beforeAnswer = () => undefined;
    for (const [id, instance] of Object.entries(instances)) this.instances.set(id, { ...instance });
    this.client = new RDSClient({
      region: 'eu-central-1',
      endpoint: 'http://rds.invalid',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
      requestHandler: { handle: async (request: { body?: unknown }) => ({ response: this.handle(request) }) },
    });
  }

  /** Instances with a status, in the order of their names. */
  withStatus(status: string): string[] {
    return [...this.instances].filter(([, instance]) => instance.status === status).map(([id]) => id);
  }

  private handle({ body }: { body?: unknown }): object {
    const asked = new URLSearchParams(typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array));
    this.beforeAnswer(this.requestsCount);
    this.requestsCount += 1;
    switch (asked.get('Action')) {
      case 'DescribeDBInstances':
        return this.describe(asked);
      case 'DeleteDBInstance':
        return this.delete(asked.get('DBInstanceIdentifier') ?? '');
      default:
        throw new Error(`The double does not plan for ${String(asked.get('Action'))}.`);
    }
  }

  private describe(asked: URLSearchParams): object {
    if (asked.get('Filters.Filter.1.Name') !== 'db-cluster-id') {
      throw new Error('The double plans for one cluster only.');
    }
    const cluster = asked.get('Filters.Filter.1.Values.Value.1');
    const found = [...this.instances].filter(([, instance]) => instance.cluster === cluster);
    // One a page, so that whoever reads the first page only is found out.
    const index = Number(asked.get('Marker') ?? 0);
    const more = index + 1 < found.length ? `<Marker>${index + 1}</Marker>` : '';
    const rows = found
      .slice(index, index + 1)
      .map(
        ([id, { status }]) =>
          `<DBInstance><DBInstanceIdentifier>${id}</DBInstanceIdentifier><DBInstanceStatus>${status}</DBInstanceStatus></DBInstance>`,
      );
    return answer(
      200,
      `<DescribeDBInstancesResponse><DescribeDBInstancesResult>${more}<DBInstances>${rows.join('')}</DBInstances></DescribeDBInstancesResult></DescribeDBInstancesResponse>`,
    );
  }

  private delete(id: string): object {
    const instance = this.instances.get(id);
    if (instance === undefined) return fault(404, 'DBInstanceNotFound');
    if (instance.status !== 'available') return fault(400, 'InvalidDBInstanceState');
    instance.status = 'deleting';
    return answer(200, '<DeleteDBInstanceResponse><DeleteDBInstanceResult/></DeleteDBInstanceResponse>');
  }
}

function fault(status: number, code: string): object {
  return answer(
    status,
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>planned</Message></Error></ErrorResponse>`,
  );
}

function answer(statusCode: number, xml: string): object {
  return { statusCode, headers: { 'content-type': 'text/xml' }, body: Readable.from([Buffer.from(xml)]) };
}
