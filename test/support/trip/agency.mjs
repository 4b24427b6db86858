import pg from 'pg';

/**
 * The other company of the example: its own book, behind a connection of its own. Every call is kept.
 * @param {string} url where its book is
 */
export function agencyAt(url) {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  const call = (key, what, isLive) =>
    pool.query(
      `WITH called AS (INSERT INTO scratch.agency_calls (key, what) VALUES ($1, $2))
       INSERT INTO scratch.agency_book (key, is_live) VALUES ($1, $3)
       ON CONFLICT (key) DO UPDATE SET is_live = agency_book.is_live AND excluded.is_live`,
      [key, what, isLive],
    );
  return {
    book: (key) => call(key, 'book', true),
    giveBack: (key) => call(key, 'give back', false),
    charge: async () => false, // it refuses every card
    close: () => pool.end(),
  };
}
