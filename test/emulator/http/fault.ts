/** Thrown by whoever finds the fault in a request; the service that was asked answers with it, in its own form. */
export class ServiceFault extends Error {
  readonly status: number;
  /** The service's own code, such as `SubscriptionNotFound`. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
