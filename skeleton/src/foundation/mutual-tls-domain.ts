import { CfnBasePathMapping, CfnDomainName } from 'aws-cdk-lib/aws-apigateway';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';

export interface MutualTlsDomainProps {
  readonly api: RestApi;
  /** DNS name. Its record is the tenant's, and points to `target`. */
  readonly domainName: string;
  /** Certificate of that name, in AWS Certificate Manager. */
  readonly certificateArn: string;
  /** Public certificate that proves the ownership of the name, where the other one was imported or is of a private authority. */
  readonly ownershipVerificationCertificateArn: string | undefined;
  /** PEM file in S3 with the authorities whose certificates clients may show. It must be there before the domain. */
  readonly truststoreUri: string;
  /** Version of that file: who may write to the bucket does not decide by that who may call. */
  readonly truststoreVersion: string;
}

/**
 * The one way to an API: a regional domain name at which a client must show a certificate of a known authority, over TLS 1.2 or higher. The
 * name of each stage's own endpoint, where nobody asks for a certificate, is off (`disableExecuteApiEndpoint` of the API).
 *
 * Every property that makes it so is written here, since an edge-optimized endpoint, an older policy or no version would deploy as well.
 */
export class MutualTlsDomain extends Construct {
  /** What the tenant's DNS record points to: an alias or a CNAME. */
  readonly target: string;
  /** For an alias record in Route 53. */
  readonly hostedZoneId: string;

  constructor(scope: Construct, id: string, props: MutualTlsDomainProps) {
    super(scope, id);
    const { api, domainName, certificateArn, ownershipVerificationCertificateArn } = props;
    const domain = new CfnDomainName(this, 'Domain', {
      domainName,
      regionalCertificateArn: certificateArn,
      ...(ownershipVerificationCertificateArn === undefined ? {} : { ownershipVerificationCertificateArn }),
      endpointConfiguration: { types: ['REGIONAL'] },
      securityPolicy: 'TLS_1_2',
      mutualTlsAuthentication: { truststoreUri: props.truststoreUri, truststoreVersion: props.truststoreVersion },
    });
    new CfnBasePathMapping(this, 'Mapping', {
      domainName: domain.ref,
      restApiId: api.restApiId,
      stage: api.deploymentStage.stageName,
    });
    this.target = domain.attrRegionalDomainName;
    this.hostedZoneId = domain.attrRegionalHostedZoneId;
  }
}
