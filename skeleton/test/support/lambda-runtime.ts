/** Stands in for Lambda's runtime: loads the bundle once and gives it one event after the other. */
export const LAMBDA_RUNTIME = `
const { handler } = await import(process.argv[2]);
process.on('message', async (events) => {
  const answers = [];
  for (const event of events) answers.push(await handler(event));
  process.send(answers, () => process.exit(0));
});
process.send('ready');
`;
