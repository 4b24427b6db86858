import type { Locator, Page, Request } from 'playwright-core';

/** What Swagger UI shows of an answer, and the request that it was for. */
export interface ShownAnswer {
  status: string;
  body: any;
  request: Request;
}

/** Swagger UI, used like a person uses it. */
export class SwaggerUi {
  constructor(private readonly page: Page) {}

  async open(address: string): Promise<void> {
    await this.page.goto(address);
    await this.page.locator('.opblock').first().waitFor();
  }

  /** The names of its sections, from top to bottom. */
  async sections(): Promise<string[]> {
    return this.page
      .locator('.opblock-tag')
      .evaluateAll((tags) => tags.map((tag) => tag.getAttribute('data-tag') ?? ''));
  }

  /** Unfolds an operation. */
  async unfold(operationId: string): Promise<Locator> {
    const block = this.page.locator(`.opblock[id$="-${operationId}"]`);
    await block.locator('.opblock-control-arrow').click();
    await block.locator('button.execute').waitFor();
    return block;
  }

  /** Presses Execute. @returns what is shown then */
  async execute(block: Locator): Promise<ShownAnswer> {
    const [response] = await Promise.all([
      this.page.waitForResponse((answer) => answer.url().includes('/api/')),
      block.locator('button.execute').click(),
    ]);
    const answer = block.locator('.live-responses-table .response').first();
    await answer.getByText(String(response.status()), { exact: true }).first().waitFor();
    const shown = await answer.locator('.highlight-code code').first().innerText();
    return {
      status: await answer.locator('.response-col_status').innerText(),
      body: JSON.parse(shown),
      request: response.request(),
    };
  }

  /** Gives the access token to all requests that follow. */
  async authorize(token: string): Promise<void> {
    await this.page.locator('.auth-wrapper > button.authorize').click();
    const dialog = this.page.locator('.dialog-ux .modal-ux');
    await dialog.locator('input[type=text]').fill(token);
    await dialog.locator('button.authorize').click();
    await dialog.locator('button.btn-done').click();
  }
}
