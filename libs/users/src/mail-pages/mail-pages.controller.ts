import { Controller, Get, Header, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '@platform/auth';
import {
  PAGE_POLICY,
  PAGE_SCRIPT,
  PAGE_STYLE,
  pageOf,
  RESET_PASSWORD_PAGE,
  VERIFY_EMAIL_PAGE,
} from './mail-pages.rules';

const HOUR = 'public, max-age=3600';

/** What the links in mails lead to, unless MAIL_LINKS_URL names a shop with pages of its own. */
@ApiExcludeController()
@Public()
@Controller({ path: 'account', version: VERSION_NEUTRAL })
export class MailPagesController {
  @Get('verify-email')
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', PAGE_POLICY)
  @Header('Referrer-Policy', 'no-referrer')
  @Header('Cache-Control', 'no-store')
  showEmailVerification(): string {
    return pageOf(VERIFY_EMAIL_PAGE);
  }

  @Get('reset-password')
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', PAGE_POLICY)
  @Header('Referrer-Policy', 'no-referrer')
  @Header('Cache-Control', 'no-store')
  showPasswordReset(): string {
    return pageOf(RESET_PASSWORD_PAGE);
  }

  @Get('page.js')
  @Header('Content-Type', 'text/javascript; charset=utf-8')
  @Header('Cache-Control', HOUR)
  showPageScript(): string {
    return PAGE_SCRIPT;
  }

  @Get('page.css')
  @Header('Content-Type', 'text/css; charset=utf-8')
  @Header('Cache-Control', HOUR)
  showPageStyle(): string {
    return PAGE_STYLE;
  }
}
