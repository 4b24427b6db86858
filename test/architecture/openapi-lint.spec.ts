import { readFileSync } from 'node:fs';
import { Spectral, type RulesetDefinition } from '@stoplight/spectral-core';
import owasp from '@stoplight/spectral-owasp-ruleset';
import { oas } from '@stoplight/spectral-rulesets';
import { PROBLEM_LIMITS } from '@platform/http';

/** Where a rule does not hold, with the reason. One that nothing needs any more is found below. */
interface Exception {
  rule: string;
  /** Matches the whole way to the place, in the document's own words. */
  where: RegExp;
  because: string;
}

const EXCEPTIONS: Exception[] = [
  {
    rule: 'owasp:api2:2023-write-restricted',
    where: /^paths \/api\/v1\/auth\/(register|login|refresh|logout) post security$/,
    because: 'who signs in has no access token yet, and who signs out may have none any more',
  },
  {
    rule: 'owasp:api2:2023-write-restricted',
    where: /^paths \/api\/v1\/auth\/(email\/verify|password\/(forgot|reset)) post security$/,
    because: 'the token of a mail is the proof; who has forgotten the password has no other',
  },
  {
    rule: 'owasp:api2:2023-write-restricted',
    where: /^paths \/api\/v1\/auth\/(mfa\/verify|login\/passkey|passkey-options\/sign-in) post security$/,
    because: 'who signs in in two steps, or with a passkey, has no access token yet either',
  },
  {
    rule: 'owasp:api2:2023-write-restricted',
    where: /^paths \/api\/v1\/webhooks\/payments\/\{provider\} post security$/,
    because: 'a gateway proves itself by the signature of its event',
  },
  {
    rule: 'owasp:api4:2023-rate-limit',
    where: /^paths \/(health\/\w+|metrics|\.well-known\/jwks\.json) get responses \d+$/,
    because: 'orchestrators, monitors and verifiers of tokens are not counted',
  },
  {
    rule: 'owasp:api4:2023-array-limit',
    where: /^components schemas StockResponse properties locations$/,
    because: 'the locations of the house, as many as it has opened',
  },
  {
    rule: 'owasp:api4:2023-array-limit',
    where:
      /^components schemas (OrderResponse properties payments|(OrderPaymentList|TimelineResponse) properties data)$/,
    because: 'the story of one order, which ends with it',
  },
];

/** Rules about schemas: read where a schema is defined instead of everywhere it is used, ten times as fast. */
const ABOUT_SCHEMAS = /^owasp:api4:2023-(array|string|integer)-/;

type Fault = [rule: string, where: string];

/** @returns what Spectral calls an error */
async function faultsOf(document: Record<string, unknown>): Promise<Fault[]> {
  const spectral = new Spectral();
  const rules = Object.entries(owasp.rules).filter(([name]) => ABOUT_SCHEMAS.test(name));
  spectral.setRuleset({
    extends: [
      [oas, 'all'],
      [owasp, 'all'],
    ],
    aliases: owasp.aliases,
    rules: Object.fromEntries(rules.map(([name, rule]) => [name, { ...(rule as object), resolved: false }])),
  } as RulesetDefinition);
  const results = await spectral.run(document);
  return results.filter(({ severity }) => severity === 0).map(({ code, path }) => [String(code), path.join(' ')]);
}

const allows = ({ rule, where }: Exception, [code, place]: Fault) => rule === code && where.test(place);
const readDocument = () => JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as Record<string, any>;

describe('docs/openapi.json', () => {
  let faults: Fault[];

  beforeAll(async () => {
    faults = await faultsOf(readDocument());
  }, 60_000);

  it('breaks no rule of OpenAPI and none of OWASP, but for what has a reason', () => {
    const others = faults.filter((fault) => !EXCEPTIONS.some((exception) => allows(exception, fault)));
    expect(others).toEqual([]);
  });

  it('needs every exception', () => {
    const unused = EXCEPTIONS.filter((exception) => !faults.some((fault) => allows(exception, fault)));
    expect(unused).toEqual([]);
  });

  it('says no less than the longest code', () => {
    const codes = [...readFileSync('docs/errors.md', 'utf8').matchAll(/^\| `([a-z_]+)`/gm)].map(
      ([, code = '']) => code,
    );
    expect(codes.length).toBeGreaterThan(30);
    expect(codes.filter((code) => code.length > PROBLEM_LIMITS.code)).toEqual([]);
  });

  it('would show whatever else were wrong', async () => {
    const document = readDocument();
    const { schemas } = document.components;
    delete schemas.RegisterRequest.properties.firstName.maxLength;
    delete schemas.ProductPage.properties.data.maxItems;
    delete schemas.PageInfo.properties.limit.maximum;
    document.paths['/api/v1/orders'].post.security = [];
    delete document.paths['/api/v1/orders'].post.responses['201'].headers.RateLimit;
    delete document.paths['/api/v1/orders'].post.responses['201'].headers['RateLimit-Policy'];
    document.paths['/api/v1/products/{sku}'].get.parameters.pop();
    const known = new Set(faults.map(String));
    const planted = (await faultsOf(document)).filter((fault) => !known.has(String(fault)));
    expect(planted.sort()).toEqual([
      ['owasp:api2:2023-write-restricted', 'paths /api/v1/orders post security'],
      ['owasp:api4:2023-array-limit', 'components schemas ProductPage properties data'],
      ['owasp:api4:2023-integer-limit', 'components schemas PageInfo properties limit'],
      ['owasp:api4:2023-rate-limit', 'paths /api/v1/orders post responses 201 headers'],
      ['owasp:api4:2023-string-limit', 'components schemas RegisterRequest properties firstName'],
      ['path-params', 'paths /api/v1/products/{sku} get'],
    ]);
  }, 60_000);
});
