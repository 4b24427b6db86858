import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { ProblemDto } from '@platform/http';
import { withAmounts } from './openapi-amounts';
import { withComponents } from './openapi-components';
import { DESCRIPTION, TAGS } from './openapi-description';
import { withLimits } from './openapi-limits';
import { completeOperations } from './openapi-operations';
import { withPlainNames } from './openapi-schemas';
import { fillIdempotencyKey } from './swagger-ui-plugin';

/** The OpenAPI 3.1 document of the API. Comments of controllers and DTOs are its texts, so it is whole only when built. */
export function createDocument(app: NestFastifyApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Countinghouse')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description:
        'The accessToken of POST /api/v1/auth/login, or an API key; tokens are checked as RFC8725 asks: algorithm, type, ' +
        'issuer, audience',
    });
  for (const [name, description] of TAGS) config.addTag(name, description);
  const document = SwaggerModule.createDocument(app, config.build(), {
    operationIdFactory: (_controller, method, version) =>
      version && version !== 'v1' ? method + version.toUpperCase() : method,
    extraModels: [ProblemDto],
  });
  return withLimits(withAmounts(withPlainNames(withComponents(completeOperations(document, app)))));
}

/** Swagger UI at /docs, the document at /docs-json and /docs-yaml. */
export function serveDocumentation(app: NestFastifyApplication): void {
  let document: OpenAPIObject | undefined;
  SwaggerModule.setup('docs', app, () => (document ??= createDocument(app)), {
    jsonDocumentUrl: 'docs-json',
    yamlDocumentUrl: 'docs-yaml',
    customSiteTitle: 'Countinghouse API',
    customCss: '.swagger-ui .topbar { display: none }', // the maker's name, and nothing to do there
    swaggerOptions: {
      persistAuthorization: true,
      tryItOutEnabled: true,
      displayRequestDuration: true,
      docExpansion: 'list',
      deepLinking: true,
      defaultModelsExpandDepth: 0, // folded away; each operation shows its own
      defaultModelExpandDepth: 3,
      plugins: [fillIdempotencyKey],
    },
  });
}
