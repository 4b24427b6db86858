import { Module } from '@nestjs/common';
import { SagasController } from './sagas.controller';

/** What operators see and decide over HTTP. For the api. */
@Module({ controllers: [SagasController] })
export class OperationsModule {}
