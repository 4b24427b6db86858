import type { ComparedCharge, ComparedPayment, Difference } from './reconciliation.types';

/** Money that is taken or set aside. */
const isAlive = (status: string) => status === 'succeeded' || status === 'authorized';

/** What is really taken, as opposed to set aside. */
const takenMinor = ({ status, amountMinor }: { status: string; amountMinor: number }) =>
  status === 'succeeded' ? amountMinor : 0;

/** What a charge and its payment don't agree about. @param payment null when we have none for this charge */
export function differencesBetween(charge: ComparedCharge, payment: ComparedPayment | null): Difference[] {
  if (payment?.isMoving) return [];
  const { providerRef, currency, amountMinor: theirsMinor } = charge;
  const about = { paymentId: payment?.id ?? null, providerRef, currency };
  if (!isAlive(charge.status)) return payment && isAlive(payment.status) ? [withoutCharge(payment)] : [];
  if (!payment || !isAlive(payment.status))
    return [{ ...about, kind: 'charge_without_payment', oursMinor: 0, theirsMinor }];
  const differences: Difference[] = [];
  if (payment.amountMinor !== theirsMinor || payment.currency !== currency)
    differences.push({ ...about, kind: 'amount_differs', oursMinor: payment.amountMinor, theirsMinor });
  else if (takenMinor(payment) !== takenMinor(charge))
    differences.push({
      ...about,
      kind: 'amount_differs',
      oursMinor: takenMinor(payment),
      theirsMinor: takenMinor(charge),
    });
  // A refund that is under way may have happened there and not here.
  const { refundedMinor, refundRequestedMinor } = payment;
  if (charge.refundedMinor < refundedMinor || charge.refundedMinor > refundRequestedMinor)
    differences.push({
      ...about,
      kind: 'refund_differs',
      oursMinor: refundedMinor,
      theirsMinor: charge.refundedMinor,
    });
  return differences;
}

/** A payment that counts here and of which the gateway knows nothing. */
export function withoutCharge({ id, providerRef, currency, amountMinor }: ComparedPayment): Difference {
  const about = { paymentId: id, providerRef, currency };
  return { ...about, kind: 'payment_without_charge', oursMinor: amountMinor, theirsMinor: 0 };
}
