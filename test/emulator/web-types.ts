/** What a web site outside Azure answers with. */

/** Octets are sent as they are, text as UTF-8, and whatever is iterated over as it comes: it may stall or never end. */
export type PublishedBody = string | Uint8Array | AsyncIterable<Uint8Array>;

/** An answer in full, for example a redirect. */
export interface PublishedAnswer {
  /** Default: 200. */
  readonly status?: number;
  /** These replace the default ones of the same name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: none. */
  readonly body?: PublishedBody;
}

/** A request to a web site. */
export interface PublishedRequest {
  readonly method: string;
  /** The URL as it was asked for. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
}

/** A body, an answer, or what makes an answer of each request, whatever its method. */
export type PublishedContent =
  | PublishedBody
  | PublishedAnswer
  | ((request: PublishedRequest) => PublishedAnswer | Promise<PublishedAnswer>);
