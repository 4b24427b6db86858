import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Config } from '@platform/config';
import { Health } from '@platform/http';
import { PaymentGateways } from './payment-gateways';

/** Reports whether the gateways answer. Without them orders are still taken, and paid later. */
@Injectable()
export class GatewayHealth implements OnModuleInit {
  constructor(
    private readonly health: Health,
    private readonly gateways: PaymentGateways,
    private readonly config: Config,
  ) {}

  onModuleInit(): void {
    for (const gateway of this.gateways.inUse) {
      const isChosen = gateway.provider === this.config.get('PAYMENT_PROVIDER');
      const name = isChosen ? 'gateway' : `gateway_${gateway.provider}`;
      this.health.register({ name, isEssential: false, probe: () => gateway.probe() });
    }
  }
}
