import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'];

/** Without anything that would call home or look for a screen. */
const ARGUMENTS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** Where Chromium is on this machine, if it is. */
export function findChromium(): string | undefined {
  return PLACES.find((path) => existsSync(path));
}

/** A browser with one page and nothing remembered. */
export class Browser {
  /** What went wrong on the page: errors on its console, exceptions, requests without an answer. */
  readonly complaints: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly context: BrowserContext,
    private readonly folder: string,
  ) {
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.complaints.push(`exception: ${error.message}`));
    page.on('requestfailed', (request) => this.complaints.push(`no answer: ${request.url()}`));
  }

  static async open(executablePath: string): Promise<Browser> {
    const folder = mkdtempSync(join(tmpdir(), 'countinghouse-browser-'));
    const viewport = { width: 1280, height: 1200 };
    const context = await chromium.launchPersistentContext(folder, {
      ...{ executablePath, viewport, args: ARGUMENTS, headless: true },
    });
    return new Browser(context.pages()[0] ?? (await context.newPage()), context, folder);
  }

  async close(): Promise<void> {
    await this.context.close();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
