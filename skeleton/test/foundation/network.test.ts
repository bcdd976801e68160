import { carries } from './support/settings';
import { itOfStreamPipelines } from './support/stream-pipeline';
import { synthesize } from './support/synthesis';
import type { Resource, Synthesis } from './support/synthesis';

/** Security groups of what connects to the database. The workload that answers who saw what has a function for that. */
const CLIENTS_OF_THE_DATABASE = [
  ...['processor-prod', 'api-prod', 'operator-prod', 'database-rotation-prod'],
  ...(carries('vitals') ? [] : ['audit-prod']),
];

describe('the network', () => {
  const closed = synthesize();
  const open = synthesize({ aws: { region: 'ca-central-1', egress: 'nat' } });

  it.each([
    ['endpoints', closed, 'eu-central-1', ['a', 'b', 'c']],
    ['nat', open, 'ca-central-1', ['a', 'b', 'd']],
  ] as const)(
    'with egress %s has three subnets in each of three zones, none of which gives out public addresses',
    (_, synthesis, region, letters) => {
      const subnets = synthesis.ofType('AWS::EC2::Subnet');

      for (const group of ['public', 'private', 'isolated']) {
        const zones = subnets
          .filter(({ id }) => id.includes(`Vpc${group}Subnet`))
          .map(({ Properties }) => Properties.AvailabilityZone);
        expect(zones).toEqual(letters.map((letter) => `${region}${letter}`));
      }
      expect(subnets.filter(({ Properties }) => Properties.MapPublicIpOnLaunch === true)).toEqual([]);
    },
  );

  it('with egress endpoints has no way out: only public subnets, in which nothing runs, have a route to the internet', () => {
    expect(closed.resources.map(({ Type }) => Type)).not.toContain('AWS::EC2::NatGateway');
    expect(
      routes(closed)
        .map(({ id }) => id)
        .filter((id) => !id.includes('Vpcpublic')),
    ).toEqual([]);
    expect(usedSubnets(closed).filter((subnet) => subnet.includes('public'))).toEqual([]);
  });

  it('with egress nat has a way out through a gateway of its own in each zone', () => {
    expect(open.ofType('AWS::EC2::NatGateway')).toHaveLength(3);
    const privateRoutes = routes(open).filter(({ id }) => id.includes('Vpcprivate'));
    expect(new Set(privateRoutes.map(({ Properties }) => JSON.stringify(Properties.NatGatewayId))).size).toBe(3);
  });

  it.each([
    ['endpoints', closed],
    ['nat', open],
  ])('with egress %s keeps the database in subnets without any route out', (_, synthesis) => {
    const subnets = JSON.stringify(synthesis.only('AWS::RDS::DBSubnetGroup').Properties.SubnetIds);

    expect(subnets.match(/Vpcisolated/g)).toHaveLength(3);
    expect(subnets).not.toMatch(/Vpc(public|private)/);
    expect(routes(synthesis).filter(({ id }) => id.includes('Vpcisolated'))).toEqual([]);
  });

  itOfStreamPipelines(
    'reaches AWS through endpoints that serve this account’s principals and the pipeline’s actions only',
    () => {
      const endpoints = closed.ofType('AWS::EC2::VPCEndpoint');
      const services = endpoints.map(({ Properties }) => serviceOf(Properties.ServiceName)).sort();

      expect(services).toEqual(['ecr.api', 'ecr.dkr', 'kinesis-streams', 'logs', 's3', 'secretsmanager']);
      for (const { Properties } of endpoints.filter(
        (endpoint) => endpoint.Properties.VpcEndpointType === 'Interface',
      )) {
        expect(Properties.PrivateDnsEnabled).toBe(true);
        expect(JSON.stringify(Properties.PolicyDocument)).toContain('"aws:PrincipalAccount":"111122223333"');
      }
      const s3 = endpoints.find(({ Properties }) => Properties.VpcEndpointType === 'Gateway');
      expect(JSON.stringify(s3?.Properties.PolicyDocument)).toContain('prod-eu-central-1-starport-layer-bucket/*');
    },
  );

  it('lets endpoints be reached by TLS from within the network only', () => {
    const group = closed
      .ofType('AWS::EC2::SecurityGroup')
      .find(({ Properties }) => Properties.GroupName === 'endpoints-prod');

    expect(group?.Properties.SecurityGroupIngress).toEqual([
      expect.objectContaining({ CidrIp: '10.40.0.0/16', FromPort: 443, ToPort: 443, IpProtocol: 'tcp' }),
    ]);
  });

  it('closes the default security group, which every new interface would be in', () => {
    expect(closed.ofType('Custom::VpcRestrictDefaultSG')).toHaveLength(1);
  });

  it('records all traffic in an encrypted flow log', () => {
    expect(closed.only('AWS::EC2::FlowLog').Properties).toMatchObject({
      TrafficType: 'ALL',
      LogDestinationType: 'cloud-watch-logs',
    });
  });

  itOfStreamPipelines(
    'lets processors, functions and tasks out by TLS and to the database, and nothing into them',
    () => {
      const groups = closed.ofType('AWS::EC2::SecurityGroup');
      for (const name of CLIENTS_OF_THE_DATABASE) {
        const group = groups.find(({ Properties }) => Properties.GroupName === name);
        expect(group?.Properties.SecurityGroupIngress).toBeUndefined();
        expect(group?.Properties.SecurityGroupEgress).toEqual([
          expect.objectContaining({ FromPort: 443, ToPort: 443 }),
        ]);
      }
      const egress = closed.ofType('AWS::EC2::SecurityGroupEgress').map(({ Properties }) => Properties);
      expect(egress).toHaveLength(CLIENTS_OF_THE_DATABASE.length);
      for (const rule of egress) expect(rule).toMatchObject({ FromPort: 5432, ToPort: 5432, IpProtocol: 'tcp' });
    },
  );
});

function routes({ ofType }: Synthesis): Resource[] {
  return ofType('AWS::EC2::Route').filter(({ Properties }) => Properties.DestinationCidrBlock === '0.0.0.0/0');
}

/** The subnets that anything of the stack is put into, as text. */
function usedSubnets({ resources }: Synthesis): string[] {
  return resources
    .filter(
      ({ Type }) => !Type.startsWith('AWS::EC2::Subnet') && !['AWS::EC2::RouteTable', 'AWS::EC2::Route'].includes(Type),
    )
    .flatMap(({ Properties }) => JSON.stringify(Properties).match(/NetworkVpc\w+Subnet\d\w+/g) ?? []);
}

function serviceOf(name: unknown): string {
  return (
    JSON.stringify(name).match(/(?:region\.|AWS::Region"\},"\.|eu-central-1\.)([a-z0-9.-]+)"/)?.[1] ??
    JSON.stringify(name)
  );
}
