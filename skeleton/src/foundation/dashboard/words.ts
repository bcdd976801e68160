/** What a workload calls what it stores, and who sends it: `readings` of `monitors`, say. */
export interface DashboardWords {
  readonly things: string;
  /** The same at the beginning of a sentence. */
  readonly Things: string;
  readonly senders: string;
  /** First thing on the page, in Markdown: what it is, and where to look. */
  readonly header: string;
}
