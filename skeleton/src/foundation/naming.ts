import type { TenantSettings } from '../tenant';

/**
 * Physical names of one environment: `{resource-type}-{environmentSuffix}`, so that several environments share an account
 * and each can be destroyed and made again at once.
 */
export class Names {
  readonly suffix: string;
  private readonly account: string;
  private readonly region: string;

  constructor(aws: Pick<TenantSettings['aws'], 'environmentSuffix' | 'accountId' | 'region'>) {
    this.suffix = aws.environmentSuffix;
    this.account = aws.accountId;
    this.region = aws.region;
  }

  /** Name of a resource that is unique within an account and region. */
  of(resourceType: string): string {
    return `${resourceType}-${this.suffix}`;
  }

  /** Name of a bucket: bucket names are unique in all of AWS, so account and region follow the suffix. */
  bucket(resourceType: string): string {
    return `${resourceType}-${this.suffix}-${this.account}-${this.region}`;
  }
}
