export interface Config {
  hipaaPipeline?: {
    /**
     * Folder of the skeleton, relative to the backend's working directory. For development portals and dry runs.
     * Default: the skeleton beside the template, `../../skeleton` from its own URL.
     */
    skeleton?: string;
    /** Publishing to this machine, for development portals. Default: the action `publish:local-git` does not exist. */
    localGit?: {
      /** Folder under which repositories are made, relative to the backend's working directory. */
      root: string;
    };
  };
}
