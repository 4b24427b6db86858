import { Module } from '@nestjs/common';
import { Config } from '@platform/config';
import { Resilience, ResilienceModule } from '@platform/resilience';
import type { PaymentGateway } from './payment-gateway';
import { PaymentGateways } from './payment-gateways';
import { SandboxGateway } from './sandbox.gateway';
import { StripeGateway } from './stripe.gateway';

/** The gateways that the settings name. */
@Module({
  imports: [ResilienceModule],
  providers: [
    {
      provide: PaymentGateways,
      inject: [Config, Resilience],
      useFactory: (config: Config, resilience: Resilience) => {
        const inUse: PaymentGateway[] = [];
        if (config.isInUse('sandbox')) inUse.push(new SandboxGateway(config, resilience));
        if (config.isInUse('stripe')) inUse.push(new StripeGateway(config, resilience));
        return new PaymentGateways(config, inUse);
      },
    },
  ],
  exports: [PaymentGateways],
})
export class GatewaysModule {}
