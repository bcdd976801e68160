// Stands for a bundle where a test looks at the template only.
export const handler = () => undefined;
