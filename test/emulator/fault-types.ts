/** Requests that go wrong: which, and how. */

/** Which requests a fault is for: all that are given must match. */
export interface FaultMatch {
  /** Lower case, for example `myvault.vault.azure.net`; with or without the port where the client names one. */
  readonly host?: string;
  /** `CONNECT` means the tunnel request at the proxy, which no fault meets that does not name it. */
  readonly method?: string;
  /** Against path and query; of CONNECT against the authority, such as `myvault.vault.azure.net:443`. */
  readonly path?: RegExp;
  /** True: only requests that carry an Authorization header. */
  readonly withToken?: boolean;
  /** Default: without end. */
  readonly times?: number;
}

/** What happens. Of CONNECT: reset, stall, delay or answer. */
export type FaultKind =
  /** The connection is reset without an answer. */
  | { readonly kind: "reset" }
  /** Never answered; the connection stays open. */
  | { readonly kind: "stall" }
  /** Headers with the full Content-Length, half of the body, then the connection ends. */
  | { readonly kind: "truncate" }
  /** Answered right, but late. */
  | { readonly kind: "delay"; readonly milliseconds: number }
  /** In place of the service's answer: it does not even handle the request. */
  | AnswerFault
  /** The service's right answer, changed. An answer of another status than 200 stays, and uses nothing up. */
  | { readonly kind: "rewrite"; readonly rewrite: (body: unknown) => unknown };

/** An answer that no service gave. */
export interface AnswerFault {
  readonly kind: "answer";
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent as it is, anything else as JSON. Default: an empty body. */
  readonly body?: unknown;
  /** Default: `application/json`. */
  readonly contentType?: string;
}

/** Which requests go wrong, and how. */
export type Fault = FaultMatch & FaultKind;
