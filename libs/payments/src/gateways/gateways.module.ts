import { Module } from '@nestjs/common';
import { Config } from '@platform/config';
import { Resilience, ResilienceModule } from '@platform/resilience';
import type { PaymentGateway } from './payment-gateway';
import { PaymentGateways } from './payment-gateways';
import { SandboxGateway } from './sandbox.gateway';

/** Read where it is in use alone: its SDK is 219 files, a twentieth of what a process reads when it starts. */
async function stripeGateway(config: Config, resilience: Resilience): Promise<PaymentGateway> {
  const { StripeGateway } = await import('./stripe.gateway.js');
  return new StripeGateway(config, resilience);
}

/** The gateways that the settings name. */
@Module({
  imports: [ResilienceModule],
  providers: [
    {
      provide: PaymentGateways,
      inject: [Config, Resilience],
      useFactory: async (config: Config, resilience: Resilience) => {
        const inUse: PaymentGateway[] = [];
        if (config.isInUse('sandbox')) inUse.push(new SandboxGateway(config, resilience));
        if (config.isInUse('stripe')) inUse.push(await stripeGateway(config, resilience));
        return new PaymentGateways(config, inUse);
      },
    },
  ],
  exports: [PaymentGateways],
})
export class GatewaysModule {}
