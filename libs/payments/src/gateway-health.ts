import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Health } from '@platform/http';
import { PaymentGateway } from './payment-gateway';

/** Reports whether the gateway answers. Without it orders are still taken, and paid later. */
@Injectable()
export class GatewayHealth implements OnModuleInit {
  constructor(
    private readonly health: Health,
    private readonly gateway: PaymentGateway,
  ) {}

  onModuleInit(): void {
    this.health.register({ name: 'gateway', isEssential: false, probe: () => this.gateway.probe() });
  }
}
