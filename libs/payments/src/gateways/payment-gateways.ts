import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '@platform/config';
import { notFound } from '@platform/errors';
import { PaymentGateway } from './payment-gateway';

/** The gateways whose settings are complete. A payment stays with the one that it was begun at. */
@Injectable()
export class PaymentGateways implements OnApplicationShutdown {
  constructor(
    private readonly config: Config,
    readonly inUse: readonly PaymentGateway[],
  ) {}

  /** Where new payments go. */
  get chosen(): PaymentGateway {
    return this.of(this.config.get('PAYMENT_PROVIDER'));
  }

  /** @throws AppError `not_found` for a provider that is not in use */
  of(provider: string): PaymentGateway {
    const gateway = this.inUse.find((each) => each.provider === provider);
    if (!gateway) throw notFound('payment provider');
    return gateway;
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.inUse.map((gateway) => gateway.shutDown()));
  }
}
