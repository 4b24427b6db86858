import { Module } from '@nestjs/common';
import { BooksModule } from '@platform/books';
import { CATALOG_CHECKS } from './catalog.books';

/** The catalogue's checks alone: for the worker, which looks into all books and mounts no catalogue. */
@Module({ imports: [BooksModule.forModule(CATALOG_CHECKS)] })
export class CatalogBooksModule {}
