import { Injectable } from '@nestjs/common';
import { FactorsRepository, type Factors } from './factors.repository';

/** What users see of their second factors. */
@Injectable()
export class FactorsService {
  constructor(private readonly factors: FactorsRepository) {}

  get(userId: string): Promise<Factors> {
    return this.factors.get(userId);
  }
}
