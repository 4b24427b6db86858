import { Body, Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { CurrentUser, Public, RequirePermission, SignedIn, type Actor } from '@platform/auth';
import { Idempotent, UuidParam, type RawBodyRequest } from '@platform/http';
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
  ) {}

  /**
   * Get a payment
   *
   * @remarks Your own; with `payments:read` anybody's.
   * @throws {404} There is no such payment, or it is not yours.
   */
  @Get('payments/:id')
  @SignedIn()
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
   * Take an event from a payment gateway
   *
   * @remarks For gateways: signed over the raw body. Each event id takes effect once, in whatever order events come.
   * @throws {400} `signature_invalid`
   */
  @Post('webhooks/payments/:provider')
  @HttpCode(200)
  @Public()
  async receivePaymentEvent(
    @Param('provider') provider: string,
    @Req() request: RawBodyRequest,
  ): Promise<EventReceipt> {
    await this.payments.receive(provider, request.rawBody ?? Buffer.alloc(0), request.headers);
    return { received: true };
  }
}
