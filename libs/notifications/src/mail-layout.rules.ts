/** The words of a mail. */
export interface MailContent {
  subject: string;
  text: string;
  html: string;
}

/** A letter to be laid out: its paragraphs are plain text, and what people wrote may stand in them. */
export interface Letter {
  subject: string;
  firstName: string;
  paragraphs: string[];
  /** What the reader is asked to open. */
  link?: { label: string; url: string };
}

/** Lays a letter out as text and as HTML, in which everything is escaped. */
export function layOut({ subject, firstName, paragraphs, link }: Letter): MailContent {
  const lines = [`Hello ${firstName},`, ...paragraphs];
  const html = lines.map((line) => `<p>${escapeHtml(line)}</p>`);
  if (link) html.push(`<p><a href="${escapeHtml(link.url)}">${escapeHtml(link.label)}</a></p>`);
  return {
    subject,
    text: [...lines, ...(link ? [`${link.label}: ${link.url}`] : [])].join('\n\n'),
    html: html.join(''),
  };
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Makes text harmless inside HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
