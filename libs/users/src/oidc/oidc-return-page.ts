import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Config } from '@platform/config';
import { AppError } from '@platform/errors';

/** The page of the setting OIDC_RETURN_URL, on which people go on after a provider; they would else look at JSON. */
@Injectable()
export class OidcReturnPage {
  constructor(private readonly config: Config) {}

  /**
   * Sends the browser to the page in place of the answer, without its tokens: the refresh token's cookie is set, and what
   * else the page must know stands behind the #, which browsers send to no server.
   */
  async insteadOf<Answer extends object>(
    reply: FastifyReply,
    work: () => Promise<Answer>,
  ): Promise<Answer | undefined> {
    const page = this.config.get('OIDC_RETURN_URL');
    if (page === undefined) return work();
    const address = new URL(page);
    try {
      const answer = await work();
      if ('challengeToken' in answer) address.hash = `challengeToken=${String(answer.challengeToken)}`;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      address.hash = `error=${error.code}`;
    }
    void reply.status(303).header('Location', address.href);
    return undefined;
  }
}
