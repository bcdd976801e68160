import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultStackSynthesizer } from 'aws-cdk-lib';
import { z } from 'zod';
import { withLogicalIdsOf } from './logical-ids';
import { parameterize } from './parameterize';
import { STAND_INS, templateParameters } from './parameters';
import type { TemplateParameter } from './parameters';
import { createApp } from '../src/app';
import { parseTenantSettings } from '../src/tenant';
import type { TenantSettings } from '../src/tenant';

const templateSchema = z.looseObject({
  Transform: z.unknown().optional(),
  Mappings: z.record(z.string(), z.unknown()).optional(),
  Conditions: z.record(z.string(), z.unknown()).optional(),
  Resources: z.record(z.string(), z.looseObject({ Type: z.string() })),
  Outputs: z.record(z.string(), z.unknown()),
});

const assetsSchema = z.object({
  files: z.record(z.string(), z.object({ source: z.object({ path: z.string(), packaging: z.enum(['file', 'zip']) }) })),
  dockerImages: z.record(z.string(), z.object({ source: z.object({ directory: z.string() }) })),
});

/** What a template names and does not hold: a folder each, to be published under `name`. */
export interface TemplateAsset {
  /** Absolute path of a folder. */
  readonly directory: string;
  /** Code: key of the archive in the bucket, without `.zip`. Image: tag in the repository. */
  readonly name: string;
}

export interface AssembledTemplate {
  /** The whole stack, as CloudFormation reads it. */
  readonly template: Readonly<Record<string, unknown>>;
  readonly parameters: readonly TemplateParameter[];
  readonly functions: readonly TemplateAsset[];
  readonly images: readonly TemplateAsset[];
}

export interface AssembleProps {
  /** An empty folder; the assets lie in it. */
  readonly directory: string;
  /** Context of the app, as in `cdk.json`. */
  readonly context: Readonly<Record<string, unknown>>;
}

/**
 * Makes of a tenant's stack one template with parameters, which needs nothing of the CDK's bootstrap.
 *
 * The app is synthesized twice, with the tenant's suffix, whose logical ids are kept, and with a stand-in, whose places become the parameter.
 *
 * @throws Error when the settings hold a stand-in, or when a stand-in lands where CloudFormation takes no parameter.
 */
export function assembleTemplate(settings: TenantSettings, { directory, context }: AssembleProps): AssembledTemplate {
  const held = Object.values(STAND_INS).find((standIn) => JSON.stringify(settings).includes(standIn));
  if (held !== undefined) throw new Error(`The settings hold ${held}, which stands for a parameter here: rename it.`);
  const own = synthesize(settings, join(directory, 'own'), context);
  const standingIn = synthesize(
    parseTenantSettings({ ...settings, aws: { ...settings.aws, environmentSuffix: STAND_INS.environmentSuffix } }),
    join(directory, 'stand-in'),
    context,
  );
  const parameters = templateParameters(settings);
  const { Transform, Mappings, Conditions, Resources, Outputs } = standingIn.template;
  const body = withLogicalIdsOf(Resources, own.template.Resources, {
    ...(Mappings === undefined ? {} : { Mappings }),
    ...(Conditions === undefined ? {} : { Conditions }),
    Resources: withoutMetadata(Resources),
    Outputs,
  });
  return {
    template: {
      AWSTemplateFormatVersion: '2010-09-09',
      Description: `HIPAA pipeline, workload ${settings.workload}, of the tenant ${settings.tenant.id}`,
      ...(Transform === undefined ? {} : { Transform }),
      Parameters: Object.fromEntries(parameters.map((parameter) => [parameter.name, describe(parameter)])),
      ...z.record(z.string(), z.unknown()).parse(parameterize(body, parameters)),
    },
    parameters,
    functions: Object.entries(standingIn.assets.files)
      .filter(([, { source }]) => source.packaging === 'zip')
      .map(([name, { source }]) => ({ name, directory: join(standingIn.directory, source.path) })),
    images: Object.entries(standingIn.assets.dockerImages).map(([name, { source }]) => ({
      name,
      directory: join(standingIn.directory, source.directory),
    })),
  };
}

function synthesize(settings: TenantSettings, outdir: string, context: AssembleProps['context']) {
  const { app, stack } = createApp(settings, {
    context: { ...context },
    outdir,
    // Every gate runs at `npm run synth`, and CI does not go on without it.
    gates: false,
    builtinCloudFormationValidation: false,
    defaultStackSynthesizer: new DefaultStackSynthesizer({
      fileAssetsBucketName: STAND_INS.functionCodeBucketName,
      imageAssetsRepositoryName: STAND_INS.imageRepositoryName,
      generateBootstrapVersionRule: false,
    }),
  });
  const { directory } = app.synth();
  const read = (file: string): unknown => JSON.parse(readFileSync(join(directory, file), 'utf8'));
  return {
    directory,
    template: templateSchema.parse(read(`${stack.stackName}.template.json`)),
    assets: assetsSchema.parse(read(`${stack.stackName}.assets.json`)),
  };
}

/** Metadata of CDK's own: construct paths, which hold the stack's name. CloudFormation makes nothing of it. */
function withoutMetadata(resources: z.output<typeof templateSchema>['Resources']) {
  return Object.fromEntries(Object.entries(resources).map(([id, { Metadata: _, ...resource }]) => [id, resource]));
}

function describe({ description, pattern, maxLength, legal, defaultValue }: TemplateParameter): object {
  return {
    Type: 'String',
    Description: description,
    MinLength: 1,
    MaxLength: maxLength,
    AllowedPattern: pattern.source,
    ConstraintDescription: `It is ${legal}.`,
    ...(defaultValue === undefined ? {} : { Default: defaultValue }),
  };
}
