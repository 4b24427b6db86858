import { connect } from 'node:net';
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsInt, IsOptional, IsString, Length, Min, ValidateNested } from 'class-validator';
import { Public, RequirePermission, SignedIn } from '@platform/auth';
import { UnitOfWork } from '@platform/database';
import { AppError, type ErrorKind } from '@platform/errors';
import type { Answer } from './support/api-client';
import { BareApi } from './support/bare-api';
import { TestDatabase } from './support/database';
import { eventually } from './support/eventually';
import { sendRaw } from './support/raw-http';

class Wish {
  @IsString()
  @Length(1, 10)
  name: string;

  @IsInt()
  @Min(1)
  quantity: number;
}

class Wishes {
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @Type(() => Wish)
  items: Wish[];
}

class Search {
  @IsOptional()
  @IsString()
  word?: string;
}

const THROWN: Record<string, unknown> = {
  error: new Error('the vault is in room 12'),
  text: 'the vault is in room 12',
  null: null,
  nothing: undefined,
  number: 404,
  pretender: Object.assign(new Error('the vault is in room 12'), { statusCode: 200, status: 201, code: 'FST_NOT' }),
};

@Controller('probe')
class Probe {
  constructor(private readonly uow: UnitOfWork) {}

  @Public()
  @Get('throws')
  throws(@Query() { word = '' }: Search): never {
    throw THROWN[word];
  }

  @Public()
  @Get('sql')
  sql(): Promise<unknown> {
    return this.uow.manager.query(`SELECT secret_column FROM room_twelve WHERE password = $1`, ['hunter2']);
  }

  @Public()
  @Get('refuses')
  refuses(@Query() { word = '' }: Search): never {
    throw new AppError(word as ErrorKind, 'as_wished', 'As you wished.', { retryAfterSeconds: 7 });
  }

  @Public()
  @Post('lists')
  wishForAll(@Body() body: Wishes): object {
    return body;
  }

  @Public()
  @Post('wishes')
  wish(@Body() body: Wish): object {
    return body;
  }

  @SignedIn()
  @Get('signed-in')
  signedIn(): object {
    return {};
  }

  @RequirePermission('probe:read')
  @Get('permitted')
  permitted(): object {
    return {};
  }

  @Get('forgotten')
  forgotten(): object {
    return { secret: 'nobody said who may see this' };
  }
}

describe('an answer of the api', () => {
  let db: TestDatabase;
  let bare: BareApi;

  beforeAll(async () => {
    db = await TestDatabase.create();
    bare = await BareApi.of(db, [Probe]);
  });
  afterAll(async () => {
    await bare.close();
    await db.drop();
  });

  const problem = (status: number, code: string, instance: string) => ({
    ...{ type: `urn:countinghouse:problem:${code}`, title: expect.any(String), status, code, instance },
    ...{ detail: expect.stringMatching(/^[A-Z].*\.$/), requestId: expect.any(String) },
  });
  /** The whole document and its headers, and no field more. */
  const expectProblem = ({ status, body, headers }: Answer, code: string, instance: string, more: object = {}) => {
    expect(body).toEqual({ ...problem(status, code, instance), ...more });
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(headers.get('x-request-id')).toBe(body.requestId);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  };

  describe('that is a problem', () => {
    it.each([
      ...([
        ['invalid', 400],
        ['unauthenticated', 401],
        ['forbidden', 403],
        ['not_found', 404],
      ] as const),
      ...([
        ['conflict', 409],
        ['precondition', 412],
        ['too_large', 413],
        ['unprocessable', 422],
      ] as const),
      ...([
        ['rate_limited', 429],
        ['unavailable', 503],
      ] as const),
    ])('says so for what is %s: %d, with its code and its Retry-After', async (kind, status) => {
      const answer = await bare.api.get(`/api/probe/refuses?word=${kind}`);
      expect(answer.status).toBe(status);
      expectProblem(answer, 'as_wished', '/api/probe/refuses');
      expect(answer.headers.get('retry-after')).toBe('7');
      expect(answer.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null);
      expect(bare.log.filter(({ event }) => event === 'http.request_failed')).toEqual([]);
    });

    it('names each wrong field of a body', async () => {
      const answer = await bare.api.post('/api/probe/wishes', { name: '', quantity: 0.5, colour: 'red' });
      expect(answer.status).toBe(400);
      const error = (field: string, code: string) => ({ field, code, message: expect.stringContaining(field) });
      const errors = [error('colour', 'unknown_field'), error('name', 'is_length'), error('quantity', 'min')];
      expectProblem(answer, 'validation_failed', '/api/probe/wishes', {
        errors: expect.arrayContaining([...errors, error('quantity', 'is_int')]),
      });
    });

    it.each([
      ['no body', undefined, 400, 'validation_failed'],
      ['an empty body', '', 400, 'validation_failed'],
      ['an array', '[]', 400, 'validation_failed'],
      ['null', 'null', 400, 'validation_failed'],
      ['a text', '"text"', 400, 'validation_failed'],
      ['half an object', '{"name":', 400, 'malformed_json'],
      ['a key twice', '{"name":"a","name":"b"}', 400, 'malformed_json'],
      ['__proto__', '{"__proto__":{"isAdmin":true}}', 400, 'malformed_json'],
      ['100,000 brackets', '['.repeat(100_000), 400, 'malformed_json'],
      ['more than 100 kB', `{"name":"${'x'.repeat(102_400)}"}`, 413, 'payload_too_large'],
    ])('refuses %s', async (_what, body, status, code) => {
      const answer = await bare.api.post('/api/probe/wishes', body);
      expect([answer.status, answer.body.code]).toEqual([status, code]);
      expectProblem(
        answer,
        code,
        '/api/probe/wishes',
        code === 'validation_failed' ? { errors: expect.any(Array) } : {},
      );
    });

    it('refuses what is not JSON, also when it says so too late', async () => {
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'application/xml',
        'multipart/form-data',
      ]) {
        const answer = await bare.api.post('/api/probe/wishes', 'a=1', { headers: { 'content-type': type } });
        expect(answer.status).toBe(415);
        expectProblem(answer, 'unsupported_media_type', '/api/probe/wishes');
      }
      const answer = await bare.api.post('/api/probe/wishes', Buffer.from([0x7b, 0xff, 0x7d]));
      expectProblem(answer, 'malformed_json', '/api/probe/wishes');
    });

    it('refuses a parameter that nobody knows, and one that is given twice', async () => {
      const unknown = await bare.api.get('/api/probe/refuses?wrod=conflict');
      expect(unknown).toMatchObject({ status: 400, body: { errors: [{ field: 'wrod', code: 'unknown_field' }] } });
      const twice = await bare.api.get('/api/probe/refuses?word=conflict&word=invalid');
      expect(twice).toMatchObject({ status: 400, body: { errors: [{ field: 'word', code: 'repeated' }] } });
    });

    it('knows what there is not, and what does not answer to a method', async () => {
      expectProblem(await bare.api.get('/api/nothing?a=1'), 'not_found', '/api/nothing');
      const wrong = await bare.api.delete('/api/probe/wishes');
      expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
      expectProblem(wrong, 'method_not_allowed', '/api/probe/wishes');
      expect((await bare.api.post('/api/probe/refuses/', {})).headers.get('allow')).toBe('GET, HEAD');
    });

    it('tells what an address answers to, and that there is none', async () => {
      const options = (path: string) => fetch(`http://127.0.0.1:${bare.port}${path}`, { method: 'OPTIONS' });
      const asked = await options('/api/probe/wishes');
      expect([asked.status, asked.headers.get('allow'), await asked.text()]).toEqual([204, 'POST, OPTIONS', '']);
      const none = await options('/api/nothing');
      expect([none.status, await none.json()]).toEqual([404, problem(404, 'not_found', '/api/nothing')]);
    });

    it.each(['gzip', 'br', 'nonsense'])('refuses a body that says it were %s', async (encoding) => {
      const headers = { 'content-encoding': encoding };
      const answer = await bare.api.post('/api/probe/wishes', { name: 'a', quantity: 1 }, { headers });
      expect(answer.status).toBe(415);
      expectProblem(answer, 'unsupported_media_type', '/api/probe/wishes');
    });

    it('does not take it for a fault of ours when a client hangs up in the middle of its body', async () => {
      const socket = connect(bare.port, '127.0.0.1');
      const lines =
        'POST /api/probe/wishes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 200\r\n';
      socket.write(`${lines}X-Request-Id: hung-up\r\n\r\n{"name":"a`, () => socket.destroy());
      const about = () => bare.log.filter(({ requestId }) => requestId === 'hung-up');
      await eventually(
        async () => about(),
        (lines) => lines.some(({ event }) => event === 'http.client_hung_up'),
      );
      expect(about().filter(({ level }) => level === 'error')).toEqual([]);
    });

    it('counts and judges what is asked for, in whatever way its address is written', async () => {
      const client = bare.as('probe:read');
      for (const path of ['/api/probe/signed-in', '/%61pi/probe/signed-in']) {
        expect((await client.get(path)).headers.get('ratelimit')).toMatch(/^"default";r=\d+/);
        expect((await client.get(`${path}?surprise=1`)).status).toBe(400);
      }
    });

    it('keeps nobody waiting with a list of 33,000 items, or 9,000 fields', async () => {
      for (const body of [
        { items: new Array(33_000).fill({}) },
        Object.fromEntries(Array.from({ length: 9_000 }, (_, n) => [`f${n}`, 1])),
      ]) {
        const before = performance.eventLoopUtilization();
        const answer = await bare.api.post('/api/probe/lists', body);
        expect([answer.status, answer.body.errors.length <= 100]).toEqual([400, true]);
        expect(performance.eventLoopUtilization(before).active).toBeLessThan(3_000); // of work; 5 s and more before
      }
    });

    it('asks who is there, and lets nobody through a door whose policy was forgotten', async () => {
      expectProblem(await bare.api.get('/api/probe/signed-in'), 'unauthenticated', '/api/probe/signed-in');
      expectProblem(await bare.as('probe:write').get('/api/probe/permitted'), 'forbidden', '/api/probe/permitted');
      expect(await bare.as('probe:read').get('/api/probe/permitted')).toMatchObject({ status: 200 });
      const forgotten = await bare.as('probe:read').get('/api/probe/forgotten');
      expectProblem(forgotten, 'internal', '/api/probe/forgotten');
      expect(bare.log.find(({ event }) => event === 'http.request_failed')).toMatchObject({
        error: { message: 'Probe.forgotten declares no policy.' },
      });
    });

    it.each([...Object.keys(THROWN), 'sql'])('tells nothing of our insides (%s), and logs them once', async (what) => {
      const path = what === 'sql' ? '/api/probe/sql' : '/api/probe/throws';
      const answer = await bare.api.get(`${path}${what === 'sql' ? '' : `?word=${what}`}`);
      expect(answer.status).toBe(500);
      expectProblem(answer, 'internal', path);
      expect(JSON.stringify(answer.body)).not.toMatch(/vault|room|secret|hunter|SELECT|\.ts|node_modules/);
      const lines = bare.log.filter(({ requestId }) => requestId === answer.body.requestId);
      const failures = lines.filter(({ event }) => event === 'http.request_failed');
      expect(failures).toMatchObject([{ level: 'error', method: 'GET', route: path }]);
      expect(JSON.stringify(failures)).not.toContain('hunter2');
    });
  });

  describe('that Fastify or Node refuses by itself', () => {
    it('is a problem with a request id too', async () => {
      const headers = { 'x-request-id': 'mine' };
      const bad = await bare.api.get('/api/probe/%zz', { headers });
      expect([bad.status, bad.body.requestId]).toEqual([400, 'mine']);
      expectProblem(bad, 'malformed_request', '/api/probe/%zz');
      const product = `/api/probe/${'x'.repeat(3_000)}`;
      expect((await bare.api.get(product)).body).toMatchObject({
        code: expect.stringMatching(/not_found|uri_too_long/),
      });
    });

    it.each([
      ['what is no HTTP', 'HELLO\r\n\r\n', 400, 'malformed_request'],
      ['an HTTP of the future', 'GET / HTTP/9.9\r\n\r\n', 400, 'malformed_request'],
      [
        'a header that never ends',
        `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
        431,
        'headers_too_large',
      ],
      [
        'two lengths',
        'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
        400,
        'malformed_request',
      ],
    ])('is a problem with a request id too: %s', async (_what, bytes, status, code) => {
      const answer = await sendRaw(bare.port, bytes);
      expect([answer.status, answer.headers['content-type']]).toEqual([
        status,
        'application/problem+json; charset=utf-8',
      ]);
      expect(answer.body).toMatchObject({ status, code, requestId: expect.any(String) });
      expect(answer.headers).toMatchObject({ 'x-request-id': answer.body.requestId, connection: 'close' });
    });
  });

  describe('bears the request id', () => {
    it.each(['a', 'x'.repeat(128), '!#$%&()*+,-./:;<=>?@[]^_`{|}~'])(
      'that the client gave (%s), as does the log',
      async (id) => {
        const { headers } = await bare.api.get('/api/probe/permitted', { headers: { 'x-request-id': id } });
        expect(headers.get('x-request-id')).toBe(id);
        await eventually(
          () => Promise.resolve(bare.log.filter(({ requestId }) => requestId === id)),
          (lines) => lines.some(({ event, status }) => event === 'http.request' && status === 401),
        );
      },
    );

    it.each(['', 'two words', 'x'.repeat(129), 'tab\there', 'ünïcode'])(
      'that was made for it instead of "%s"',
      async (id) => {
        const given = { 'x-request-id': Buffer.from(id, 'utf8').toString('latin1') };
        const made = await Promise.all([1, 2].map(() => bare.api.get('/api/probe/permitted', { headers: given })));
        const ids = made.map(({ headers }) => headers.get('x-request-id'));
        expect(ids).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), expect.stringMatching(/^[0-9a-f-]{36}$/)]);
        expect(new Set(ids).size).toBe(2);
      },
    );
  });
});
