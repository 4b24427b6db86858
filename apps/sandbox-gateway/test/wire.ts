export interface ChargeAnswer {
  id: string;
  reference: string;
  idempotencyKey: string;
  method: string;
  amount: { amount: number; currency: string };
  refunded: number;
  status: string;
  failureCode?: string;
  metadata?: Record<string, string>;
}

export interface RefundAnswer {
  id: string;
  chargeId: string;
  idempotencyKey: string;
  amount: { amount: number; currency: string };
  status: string;
}

export interface GatewayEvent {
  id: string;
  type: string;
  createdAt: string;
  data: { charge: ChargeAnswer; refund?: RefundAnswer };
}

/** Every field that any answer may have. */
export type AnyAnswer = Partial<ChargeAnswer> & {
  error?: { code: string; message: string };
  charge?: ChargeAnswer | null;
  chargeId?: string;
  data?: ChargeAnswer[];
  nextCursor?: string | null;
};

export interface Answer {
  readonly status: number;
  readonly replayed: boolean;
  readonly body: AnyAnswer;
}
