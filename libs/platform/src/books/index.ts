export * from './book-check';
export * from './books';
export * from './books.module';
export * from './examine-books';
