import {
  ENVIRONMENT_SUFFIX_MAX_LENGTH,
  ENVIRONMENT_SUFFIX_PATTERN,
  KMS_KEY_ARN_PATTERN,
  SECRET_ARN_PATTERN,
} from '../src/tenant';
import type { TenantSettings } from '../src/tenant';

/** A parameter of the template, and the text that stands for it in what CDK synthesizes. */
export interface TemplateParameter {
  readonly name: string;
  readonly description: string;
  readonly standIn: string;
  readonly pattern: RegExp;
  readonly maxLength: number;
  /** What a person is told whose value does not fit. */
  readonly legal: string;
  /** Default: none, so that it must be given. */
  readonly defaultValue?: string;
}

/** A bucket's name: 3 to 63 lower-case letters, digits, dots and hyphens (Amazon S3 User Guide, "General purpose bucket naming rules"). */
const BUCKET_NAME_PATTERN = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** A repository's name (Amazon ECR API Reference, "CreateRepository"). */
const REPOSITORY_NAME_PATTERN = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

/** Stand-ins that no settings hold by accident. Each is legal where it stands, so that every check of the app takes it. */
export const STAND_INS = {
  environmentSuffix: 'zqsuffixqz',
  functionCodeBucketName: 'zqbucketqz',
  imageRepositoryName: 'zqrepositoryqz',
} as const;

/**
 * The parameters of a tenant's template: the suffix, where code and images are, and the secrets, since no two environments may share one.
 * The secrets' defaults are the tenant's own.
 */
export function templateParameters({ secrets }: TenantSettings): TemplateParameter[] {
  return [
    {
      name: 'environmentSuffix',
      description: 'Ends every physical name. Several environments can live in one account.',
      standIn: STAND_INS.environmentSuffix,
      pattern: ENVIRONMENT_SUFFIX_PATTERN,
      maxLength: ENVIRONMENT_SUFFIX_MAX_LENGTH,
      legal: `lower-case letters, digits and single hyphens, beginning with a letter, ${ENVIRONMENT_SUFFIX_MAX_LENGTH} characters at most, such as prod or icu-test`,
    },
    {
      name: 'functionCodeBucketName',
      description: "Bucket in this region that holds the functions' code, an archive each.",
      standIn: STAND_INS.functionCodeBucketName,
      pattern: BUCKET_NAME_PATTERN,
      maxLength: 63,
      legal: 'the name of a bucket',
    },
    {
      name: 'imageRepositoryName',
      description: 'Repository of Amazon ECR, in this account and region, that holds the images.',
      standIn: STAND_INS.imageRepositoryName,
      pattern: REPOSITORY_NAME_PATTERN,
      maxLength: 256,
      legal: 'the name of a repository of Amazon ECR, not its address',
    },
    ...existing(
      'databaseSecretArn',
      'Existing secret of the database, which no two environments may share',
      secrets.databaseArn,
      SECRET_ARN_PATTERN,
    ),
    ...existing('databaseSecretKeyArn', 'Key that encrypts that secret', secrets.databaseKeyArn, KMS_KEY_ARN_PATTERN),
    ...existing(
      'cacheSecretArn',
      'Existing secret with the auth token of Redis',
      secrets.cacheAuthTokenArn,
      SECRET_ARN_PATTERN,
    ),
    ...existing(
      'cacheSecretKeyArn',
      'Key that encrypts that secret',
      secrets.cacheAuthTokenKeyArn,
      KMS_KEY_ARN_PATTERN,
    ),
  ];
}

function existing(name: string, description: string, arn: string | undefined, pattern: RegExp): TemplateParameter[] {
  if (arn === undefined) return [];
  return [
    {
      name,
      description: `${description}.`,
      standIn: arn,
      pattern,
      maxLength: 2048,
      legal: 'a complete ARN, as in tenant.json',
      defaultValue: arn,
    },
  ];
}
