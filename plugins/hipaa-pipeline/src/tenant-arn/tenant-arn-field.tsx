import type { ComponentProps, JSX } from 'react';
import { tenantArnSchema } from './schema';

type TenantArnProps = typeof tenantArnSchema.TProps;

/**
 * The form's own text field.
 *
 * The form shows errors and help around every field, but leaves title and description to one that is named by
 * `ui:field`; without that name the text field shows its title, and the description goes below it, as with any other.
 */
export function TenantArnField(props: TenantArnProps): JSX.Element {
  const { registry, idSchema, schema } = props;
  const uiSchema = { ...props.uiSchema, 'ui:field': undefined };
  const { StringField } = registry.fields;
  const { DescriptionFieldTemplate } = registry.templates;
  const description = uiSchema['ui:description'] ?? schema.description ?? '';
  return (
    <>
      <StringField {...(props as ComponentProps<typeof StringField>)} uiSchema={uiSchema} />
      <DescriptionFieldTemplate
        id={`${idSchema.$id}__description`}
        description={description}
        schema={schema}
        uiSchema={uiSchema}
        registry={registry}
      />
    </>
  );
}
