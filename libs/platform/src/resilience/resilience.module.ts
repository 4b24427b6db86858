import { Module } from '@nestjs/common';
import { Resilience } from './resilience';

/** Guarded calls to parties outside. */
@Module({ providers: [Resilience], exports: [Resilience] })
export class ResilienceModule {}
