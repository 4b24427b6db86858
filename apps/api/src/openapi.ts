import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { ProblemDto } from '@platform/http';
import { DESCRIPTION } from './openapi-description';
import { completeOperations } from './openapi-operations';
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
      description: 'The accessToken of POST /api/v1/auth/login',
    })
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (_controller, method, version) =>
      version && version !== 'v1' ? method + version.toUpperCase() : method,
    extraModels: [ProblemDto],
  });
  return completeOperations(document, app);
}

/** Swagger UI at /docs, the document at /docs-json and /docs-yaml. */
export function serveDocumentation(app: NestFastifyApplication): void {
  let document: OpenAPIObject | undefined;
  SwaggerModule.setup('docs', app, () => (document ??= createDocument(app)), {
    jsonDocumentUrl: 'docs-json',
    yamlDocumentUrl: 'docs-yaml',
    customSiteTitle: 'Countinghouse API',
    swaggerOptions: {
      persistAuthorization: true,
      tryItOutEnabled: true,
      displayRequestDuration: true,
      docExpansion: 'list',
      plugins: [fillIdempotencyKey],
    },
  });
}
