import { IsText } from '@platform/http';
import { MayBeAbsent } from './optional.decorator';

/** Why an order is cancelled. */
export class CancelOrderRequest {
  /**
   * For whoever reads the timeline
   * @example "Ordered twice by mistake"
   */
  @MayBeAbsent()
  @IsText({ max: 500 })
  reason?: string;
}
