import type { Config } from '@platform/config';
import { Books } from './books';

it('looks once, however many ask at the same time and shortly after', async () => {
  const books = new Books({} as Config);
  let answer: (outcomes: never[]) => void = () => undefined;
  const examine = jest.spyOn(books, 'examine').mockImplementation(() => new Promise((resolve) => (answer = resolve)));
  const asked = Array.from({ length: 50 }, () => books.examineAtTimes());
  answer([]);
  await Promise.all(asked);
  await books.examineAtTimes();
  expect(examine).toHaveBeenCalledTimes(1);
});
