/** A page that a link in a mail leads to. All of it is ours: nothing that was sent stands in it, so nothing has to be escaped. */
export interface MailPage {
  title: string;
  words: string;
  /** What the form asks for besides the token. */
  fields: string;
  button: string;
  /** Where the form's JSON goes, as seen from the page. */
  action: string;
  /** What is said when it was taken. */
  done: string;
}

export const VERIFY_EMAIL_PAGE: MailPage = {
  title: 'Confirm your e-mail address',
  words: 'One click, and your address is confirmed. If you did not register here, do not confirm: somebody else did.',
  fields: '',
  button: 'Confirm',
  action: '../api/v1/auth/email/verify',
  done: 'Your e-mail address is confirmed. You can close this page.',
};

export const RESET_PASSWORD_PAGE: MailPage = {
  title: 'Choose a new password',
  words: 'All your devices will be signed out.',
  fields:
    '<label>New password <input name="password" type="password" autocomplete="new-password" maxlength="128" required></label>',
  button: 'Change password',
  action: '../api/v1/auth/password/reset',
  done: 'Your password has been changed. You can sign in with it now.',
};

/** Nothing but our own script and style; the form goes nowhere by itself, only the script sends what it holds. */
export const PAGE_POLICY = [
  ...[`default-src 'none'`, `script-src 'self'`, `style-src 'self'`, `connect-src 'self'`, 'img-src data:'],
  ...[`form-action 'none'`, `base-uri 'none'`, `frame-ancestors 'none'`],
].join('; ');

export function pageOf({ title, words, fields, button, action, done }: MailPage): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="stylesheet" href="page.css">
<link rel="icon" href="data:,">
<script src="page.js" defer></script>
</head>
<body>
<main>
<h1>${title}</h1>
<form hidden data-action="${action}" data-done="${done}">
<p>${words}</p>
${fields}
<button>${button}</button>
</form>
<p role="status"></p>
<noscript><p>This page needs JavaScript: the secret of your link is kept from our servers' logs by it.</p></noscript>
</main>
</body>
</html>
`;
}

/**
 * Takes the token from behind the #, where browsers send it to nobody, and out of the history; sends it with the form.
 * Opening the page uses nothing up: programs that look into mails do that too.
 */
export const PAGE_SCRIPT = `'use strict';
const form = document.querySelector('form');
const status = document.querySelector('[role=status]');
const token = new URLSearchParams(location.hash.slice(1)).get('token');
history.replaceState(null, '', location.pathname);
if (token) form.hidden = false;
else status.textContent = 'This link is not complete. Open it from the mail once more, or copy all of it.';

async function send() {
  const body = JSON.stringify({ ...Object.fromEntries(new FormData(form)), token });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(form.dataset.action, { method: 'POST', headers, body, credentials: 'omit' });
  if (answer.ok) return true;
  const problem = await answer.json();
  throw new Error(problem.errors?.[0]?.message ?? problem.detail ?? problem.title);
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = form.querySelector('button');
  button.disabled = true;
  status.textContent = '';
  try {
    await send();
    form.hidden = true;
    status.textContent = form.dataset.done;
  } catch (error) {
    status.textContent = error.message;
    button.disabled = false;
  }
});
`;

export const PAGE_STYLE = `body { font: 16px/1.5 system-ui, sans-serif; margin: 0; color: #1a1a1a; background: #f5f5f5; }
main { max-width: 26rem; margin: 10vh auto; padding: 2rem; background: #fff; border-radius: .5rem; }
h1 { font-size: 1.4rem; margin: 0 0 1rem; }
label, input { display: block; width: 100%; box-sizing: border-box; }
input { font: inherit; margin: .25rem 0 1rem; padding: .5rem; }
button { font: inherit; padding: .5rem 1.25rem; }
[hidden] { display: none; }
`;
