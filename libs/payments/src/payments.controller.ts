import type { IncomingHttpHeaders } from 'node:http';
import { Body, Controller, Get, Headers, HttpCode, Param, Post, RawBody } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { CurrentUser, Public, RequirePermission, SignedIn, type Actor } from '@platform/auth';
import { AnyQuery, Idempotent, UuidParam } from '@platform/http';
import { CapturesService } from './captures.service';
import { EventReceipt, PaymentResponse, RefundRequest, RefundResponse } from './payments.dto';
import { PaymentsService } from './payments.service';
import { RefundRequestsService } from './refund-requests.service';

/** Payments and refunds. */
@ApiTags('Payments')
@ApiBearerAuth()
@Controller()
export class PaymentsController {
  constructor(
    private readonly payments: PaymentsService,
    private readonly refundRequests: RefundRequestsService,
    private readonly captures: CapturesService,
  ) {}

  /**
   * Get a payment
   *
   * @remarks Your own; with `payments:read` anybody's.
   * @throws {404} There is no such payment, or it is not yours.
   */
  @Get('payments/:id')
  @SignedIn('payments:read')
  async getPayment(@CurrentUser() user: Actor, @UuidParam('id', 'payment') id: string): Promise<PaymentResponse> {
    const ownerId = user.permissions.has('payments:read') ? null : user.id;
    return PaymentResponse.from(await this.payments.get(id, ownerId));
  }

  /**
   * Refund a payment, whole or in part
   *
   * @remarks The money is set aside at once and given back by the gateway shortly after. Several partial refunds may
   * run at the same time; together they never exceed the payment.
   * @throws {403} `forbidden`: none of your roles has the permission; or `step_up_required`: so large a refund needs POST
   * /auth/step-up first.
   * @throws {404} There is no such payment.
   * @throws {409} `payment_not_refundable`: only a payment that succeeded can be refunded.
   * @throws {422} `refund_exceeds_payment`: less than that is left.
   */
  @Post('payments/:id/refunds')
  @HttpCode(202)
  @Idempotent()
  @RequirePermission('payments:refund')
  async refundPayment(
    @CurrentUser() user: Actor,
    @UuidParam('id', 'payment') id: string,
    @Body() body: RefundRequest,
  ): Promise<RefundResponse> {
    return RefundResponse.from(await this.refundRequests.request(user, id, body.amount ?? null, body.reason ?? null));
  }

  /**
   * Capture an authorized payment
   *
   * @remarks Takes all of the money that was set aside. Decided at once; the gateway takes it shortly after, and the
   * payment is then `succeeded`. Asking again changes nothing. Of a capture and a void at the same time one wins.
   * @throws {404} There is no such payment.
   * @throws {409} `payment_not_capturable`: it is not authorized, or is being voided.
   */
  @Post('payments/:id/capture')
  @HttpCode(202)
  @Idempotent()
  @RequirePermission('payments:capture')
  async capturePayment(@UuidParam('id', 'payment') id: string): Promise<PaymentResponse> {
    return PaymentResponse.from(await this.captures.capture(id));
  }

  /**
   * Void an authorized payment
   *
   * @remarks Lets the money go that was set aside; nothing is taken. Decided at once; the gateway is told shortly after,
   * and the payment is then `voided`. An order that it paid for and that has not been shipped is cancelled.
   * @throws {404} There is no such payment.
   * @throws {409} `payment_not_voidable`: it is not authorized, or is being captured.
   */
  @Post('payments/:id/void')
  @HttpCode(202)
  @Idempotent()
  @RequirePermission('payments:capture')
  async voidPayment(@UuidParam('id', 'payment') id: string): Promise<PaymentResponse> {
    return PaymentResponse.from(await this.captures.void(id));
  }

  /**
   * Take an event from a payment gateway
   *
   * @remarks For gateways: signed over the raw body. Each event id takes effect once, in whatever order events come.
   * @throws {400} `signature_invalid`
   */
  @Post('webhooks/payments/:provider')
  @HttpCode(200)
  @Public()
  @AnyQuery()
  async receivePaymentEvent(
    @Param('provider') provider: string,
    @RawBody() body: Buffer | undefined,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<EventReceipt> {
    await this.payments.receive(provider, body ?? Buffer.alloc(0), headers);
    return { received: true };
  }
}
