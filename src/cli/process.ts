/** What a command leaves behind when it has not failed. */
export interface Output {
  /** For stdout. */
  readonly text: string;
  readonly exitCode: 0 | 1;
}

/** What of the process commands may use; the edge of the process gives it. */
export interface Process {
  /** Reads stdin to its end; called only for a command that takes a request. */
  readonly readStdin: () => Promise<Uint8Array>;
  readonly isTerminal: (stream: "stdin" | "stdout" | "stderr") => Promise<boolean>;
  /** Shows a person at a terminal what takes time; nobody else sees it. Returns what takes it back. */
  readonly note: (text: string) => Promise<() => void>;
}
