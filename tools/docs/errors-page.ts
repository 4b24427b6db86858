import ts from 'typescript';

/** A code that clients may meet, once for each place that makes it. */
export interface ErrorCode {
  code: string;
  status: number;
  meaning: string;
  path: string;
}

type Sources = ReadonlyMap<string, string>;

const PROBLEMS = 'libs/platform/src/http/problem.ts';

/**
 * Every code of the API, found in the syntax trees: what `new AppError(kind, code, message)` makes, and what the problem
 * filter makes of Fastify's and Nest's own refusals.
 * @throws Error with all that is wrong: a computed code, a missing comment, a comment that names another status
 */
export function findErrorCodes(sources: Sources): ErrorCode[] {
  const problems = sources.get(PROBLEMS);
  if (problems === undefined) throw new Error(`${PROBLEMS} is not there: it says which kind has which status.`);
  const statuses = statusesOfKinds(parse(PROBLEMS, problems));
  const complaints: string[] = [];
  const found = [...sources].flatMap(([path, text]) => {
    if (!text.includes('new AppError(')) return [];
    const nodes = [...nodesIn(parse(path, text))].filter(isNewAppError);
    return nodes.flatMap((node) => readAppError(node, path, statuses, complaints));
  });
  const own = problemsOfTheFilter(parse(PROBLEMS, problems), complaints);
  const all = [...found, ...own];
  complaints.push(...codesOfTwoStatuses(all));
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
  return all.sort((a, b) => a.status - b.status || (a.code < b.code ? -1 : 1) || (a.path < b.path ? -1 : 1));
}

/** docs/errors.md */
export function errorsPage(codes: ErrorCode[]): string {
  const byCode = new Map<string, ErrorCode[]>();
  for (const entry of codes) byCode.set(entry.code, [...(byCode.get(entry.code) ?? []), entry]);
  const rows = [...byCode].map(([code, places]) => {
    const meanings = [...new Set(places.map(({ meaning }) => meaning))].join(' Or: ');
    const paths = [...new Set(places.map(({ path }) => `\`${path}\``))].join('<br>');
    return `| \`${code}\` | ${places[0]?.status} | ${meanings.replaceAll('|', '\\|')} | ${paths} |`;
  });
  return [INTRODUCTION, '| Code | Status | Meaning | Made in |', '| --- | --- | --- | --- |', ...rows, '', END].join(
    '\n',
  );
}

const INTRODUCTION = `# Errors

<!-- Written by \`npm run docs\` from the sources; a test compares both ways. -->

Every error is a problem document (RFC 9457, \`application/problem+json\`). \`code\` tells programs what happened and never
changes; \`detail\` tells people, and may. \`requestId\` finds the request in the logs.

\`\`\`json
{
  "type": "urn:countinghouse:problem:insufficient_stock",
  "title": "Unprocessable Entity",
  "status": 422,
  "detail": "There is not enough stock; see errors.",
  "instance": "/api/v1/orders",
  "code": "insufficient_stock",
  "requestId": "0199f7c2-6d0e-7c55-9f58-3f0c8a5d7e11",
  "errors": [{ "field": "items.0.quantity", "code": "insufficient_stock", "message": "3 available" }]
}
\`\`\`
`;

const END = `\`errors\` names the fields of a request that are wrong. Its codes are the names of the broken rules, such as \`min\`,
\`is_int\`, \`unknown_field\` or \`cursor\`.

A 429 and a 503 carry \`Retry-After\`, and so does a 409 that passes by itself. A 405 carries \`Allow\`.

A payment that failed has a \`failureCode\`. That is no error of the API: it is the gateway's own word, such as
\`card_declined\`, or \`gateway_timeout\` for a payment that was closed because the gateway gave no answer.
`;

function readAppError(
  node: ts.NewExpression,
  path: string,
  statuses: Map<string, number>,
  complaints: string[],
): ErrorCode[] {
  const [kind, code, message] = node.arguments ?? [];
  if (!kind || !code || !message || !ts.isStringLiteralLike(kind) || !ts.isStringLiteralLike(code)) {
    complaints.push(`${path}: kind and code of an AppError are literals, or nobody can list them`);
    return [];
  }
  const status = statuses.get(kind.text);
  if (status === undefined) {
    complaints.push(`${path}: ${code.text} is of the kind ${kind.text}, which ${PROBLEMS} gives no status`);
    return [];
  }
  const comment = commentOf(node);
  if (comment === undefined && path.endsWith('.errors.ts')) {
    complaints.push(`${path}: ${code.text} has no comment that says what it means`);
  }
  const meaning = withoutStatus(comment, status, `${path}: ${code.text}`, complaints) ?? sentenceOf(message);
  return [{ code: code.text, status, meaning, path }];
}

/** The comment of the exported function that makes it; a throw in the middle of other things explains itself. */
function commentOf(node: ts.Node): string | undefined {
  for (let at: ts.Node | undefined = node; at; at = at.parent) {
    const isFunction = ts.isVariableStatement(at) || ts.isFunctionDeclaration(at);
    if (!isFunction || !ts.isSourceFile(at.parent)) continue;
    const comments = ts.getJSDocCommentsAndTags(at).filter(ts.isJSDoc);
    const text = comments.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '').join(' ');
    return text.replace(/\s+/g, ' ').trim() || undefined;
  }
  return undefined;
}

/** `409: one attempt at a time.` → `one attempt at a time.`, if 409 is right. */
function withoutStatus(
  comment: string | undefined,
  status: number,
  where: string,
  complaints: string[],
): string | undefined {
  const [, said, text] = /^(\d{3}): (.+)$/.exec(comment ?? '') ?? [];
  if (said === undefined) return comment === undefined ? undefined : capitalised(comment);
  if (Number(said) !== status) complaints.push(`${where} is answered with ${status}, and its comment says ${said}`);
  return capitalised(text ?? '');
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function sentenceOf(message: ts.Expression): string {
  if (ts.isStringLiteralLike(message)) return message.text;
  if (!ts.isTemplateExpression(message)) return '…';
  return message.head.text + message.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
}

/** `const STATUS: Record<ErrorKind, number> = { invalid: 400, … }` */
function statusesOfKinds(tree: ts.SourceFile): Map<string, number> {
  const statuses = new Map<string, number>();
  for (const node of nodesIn(tree)) {
    if (!ts.isVariableDeclaration(node) || node.name.getText() !== 'STATUS' || !node.initializer) continue;
    for (const property of nodesIn(node.initializer)) {
      if (!ts.isPropertyAssignment(property) || !ts.isNumericLiteral(property.initializer)) continue;
      statuses.set(property.name.getText(), Number(property.initializer.text));
    }
  }
  return statuses;
}

/** Objects such as `{ status: 405, code: 'method_not_allowed', … }` and `404: { code: 'not_found', detail: '…' }`. */
function problemsOfTheFilter(tree: ts.SourceFile, complaints: string[]): ErrorCode[] {
  return [...nodesIn(tree)].filter(ts.isObjectLiteralExpression).flatMap((object) => {
    const code = property(object, 'code');
    if (!code || !ts.isStringLiteral(code)) return [];
    const given = property(object, 'status');
    const { parent } = object;
    const status = Number(given?.getText() ?? (ts.isPropertyAssignment(parent) ? parent.name.getText() : NaN));
    if (!Number.isInteger(status)) return [];
    const detail = property(object, 'detail');
    const meaning = detail
      ? sentenceOf(detail)
      : (withoutStatus(commentOf(object), status, `${PROBLEMS}: ${code.text}`, complaints) ?? '…');
    return [{ code: code.text, status, meaning, path: PROBLEMS }];
  });
}

function property(object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  const found = object.properties.find((each) => ts.isPropertyAssignment(each) && each.name.getText() === name);
  return found && ts.isPropertyAssignment(found) ? found.initializer : undefined;
}

function codesOfTwoStatuses(codes: ErrorCode[]): string[] {
  const statusOf = new Map<string, number>();
  return codes.flatMap(({ code, status, path }) => {
    const known = statusOf.get(code) ?? status;
    statusOf.set(code, known);
    return known === status ? [] : [`${path}: ${code} is ${status} here and ${known} elsewhere`];
  });
}

function isNewAppError(node: ts.Node): node is ts.NewExpression {
  return ts.isNewExpression(node) && node.expression.getText() === 'AppError';
}

function parse(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

function* nodesIn(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) yield* nodesIn(child);
}
