import type { AssembledTemplate } from './assemble';
import type { TenantSettings } from '../src/tenant';

/** Bytes of a template that CloudFormation takes (CloudFormation User Guide, "CloudFormation quotas"); beyond the first, by way of S3 only. */
export const TEMPLATE_BYTES_MAX = 1_000_000;

/**
 * Publishes code and images under the names by which the template knows them: digests of what is in them, so that a template and its code
 * belong together, and nothing is published twice.
 */
export function publishScript({ aws: { accountId, region } }: TenantSettings): string {
  return `#!/bin/sh
# Publishes what the template names: ./publish.sh BUCKET REPOSITORY
set -eu
bucket=\${1:?the name of a bucket in ${region} for the code of functions}
repository=\${2:?the name of a repository of Amazon ECR in ${region} for images}
registry=${accountId}.dkr.ecr.${region}.amazonaws.com
cd "$(dirname "$0")"

for folder in functions/*/; do
  name=$(basename "$folder")
  (cd "$folder" && zip -X -q -r "../$name.zip" .)
  aws s3 cp --region ${region} "functions/$name.zip" "s3://$bucket/$name.zip"
done

aws ecr get-login-password --region ${region} | docker login --username AWS --password-stdin "$registry"
for folder in images/*/; do
  tag=$(basename "$folder")
  if aws ecr describe-images --region ${region} --repository-name "$repository" --image-ids "imageTag=$tag" >/dev/null 2>&1; then
    continue
  fi
  docker build --platform linux/arm64 --provenance=false --tag "$registry/$repository:$tag" "$folder"
  docker push "$registry/$repository:$tag"
done
`;
}

/** What is left to provide, and the commands. */
export function readme(settings: TenantSettings, assembled: AssembledTemplate, templateFile: string): string {
  const { aws, tenant } = settings;
  const { parameters, functions, images, template } = assembled;
  const capabilities = ['CAPABILITY_NAMED_IAM', ...('Transform' in template ? ['CAPABILITY_AUTO_EXPAND'] : [])];
  const given = parameters.filter(({ defaultValue }) => defaultValue === undefined);
  return `# The pipeline of ${tenant.name} as one CloudFormation template

\`${templateFile}\` is the stack that \`npm run deploy\` deploys, resource for resource, with the parameters below. It
needs nothing of the CDK's bootstrap. It is made for account ${aws.accountId} and region ${aws.region}.

| parameter | what it is | default |
|---|---|---|
${parameters.map(({ name, description, defaultValue }) => `| \`${name}\` | ${description} | ${defaultValue === undefined ? 'none: give it' : 'as in `tenant.json`'} |`).join('\n')}

## What is left to provide

1. **The existing secrets**, as \`tenant.json\` names them. A second environment needs its own: a secret that is attached
   to a second database points there from then on, and the first environment loses its way.
2. **A bucket** in ${aws.region} for the code of ${functions.length} functions, and **a repository** of Amazon ECR for ${images.length} images:

   \`\`\`sh
   aws s3api create-bucket --region ${aws.region} --bucket BUCKET${aws.region === 'us-east-1' ? '' : ` --create-bucket-configuration LocationConstraint=${aws.region}`}
   aws ecr create-repository --region ${aws.region} --repository-name REPOSITORY --image-tag-mutability IMMUTABLE
   \`\`\`

3. **Code and images** in them, under the names that the template knows (needs zip, Docker and the AWS CLI; the images
   are for ARM64, which another machine builds by emulation or not at all: nothing runs while they are built):

   \`\`\`sh
   ./publish.sh BUCKET REPOSITORY
   \`\`\`

4. **API Gateway's role for logs**, one for the account and region, if it has none
   (API Gateway Developer Guide, "Set up CloudWatch logging for REST APIs").

## Deploy

The template is too long to be sent by itself, so it goes by way of the bucket:

\`\`\`sh
aws cloudformation deploy --region ${aws.region} \\
  --stack-name pipeline-SUFFIX --template-file ${templateFile} \\
  --s3-bucket BUCKET --s3-prefix templates --capabilities ${capabilities.join(' ')} \\
  --parameter-overrides ${given.map(({ name }) => `${name}=${VALUES[name] ?? name.toUpperCase()}`).join(' ')}

aws cloudformation describe-stacks --region ${aws.region} --stack-name pipeline-SUFFIX --query 'Stacks[0].Outputs'
\`\`\`

Call the stack \`pipeline-SUFFIX\`: \`npm run deploy\` can then go on with the same stack. \`aws cloudformation
delete-stack --stack-name pipeline-SUFFIX\` removes everything, data included; bucket, repository and secrets stay.
`;
}

const VALUES: Readonly<Record<string, string>> = {
  environmentSuffix: 'SUFFIX',
  functionCodeBucketName: 'BUCKET',
  imageRepositoryName: 'REPOSITORY',
};
