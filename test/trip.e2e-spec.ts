import { Program } from './support/child-process';
import { TestDatabase } from './support/database';
import { SagaStage } from './support/sagas';
import { settingsFor } from './support/shop';
import { tripSaga } from './support/trip/trip.saga';

const WORKER = '../../test/support/trip/trip-worker.mjs';
const ALL_OF_IT = ['flight booked', 'hotel booked', 'hotel given back', 'flight given back'];
const MOST_POINTS = 40;

/** The example of docs/sagas.md, run by a process that dies wherever it can. */
describe('the example of a saga', () => {
  let db: TestDatabase;
  let stage: SagaStage;
  const programs: Program[] = [];

  beforeAll(async () => {
    db = await TestDatabase.create();
    await db.sql('CREATE SCHEMA scratch');
    await db.sql('CREATE TABLE scratch.trip_notes (n serial, trip uuid, what text)');
    await db.sql('CREATE TABLE scratch.agency_book (key text PRIMARY KEY, is_live boolean NOT NULL)');
    await db.sql('CREATE TABLE scratch.agency_calls (key text, what text)');
    stage = await SagaStage.open(db);
  });
  afterEach(() => Promise.all(programs.splice(0).map((program) => program.kill())));
  afterAll(async () => {
    await stage.close();
    await db.drop();
  });

  const startWorker = async (fault?: string) => {
    const settings = { ...settingsFor(db.url, 0, 'http://127.0.0.1:9'), LOG_LEVEL: 'warn' };
    const program = await Program.start(WORKER, settings, fault);
    programs.push(program);
    return program;
  };
  const startTrip = () => stage.start(tripSaga(stage.uow, undefined as never));
  const isLive = (trip: string) =>
    db.sql(`SELECT key FROM scratch.agency_book WHERE is_live AND key LIKE $1 || ' %'`, [trip]);
  const notes = async (trip: string) =>
    (await db.sql<{ what: string }>('SELECT what FROM scratch.trip_notes WHERE trip = $1 ORDER BY n', [trip])).map(
      ({ what }) => what,
    );

  it.each(['database.statement trip', 'database.before_commit trip'])(
    'is killed at every %s, on its way there and back: another worker ends it, and nothing stays booked',
    async (point) => {
      let deaths = 0;
      let deathsOnTheWayBack = 0;
      const rescuer = await startWorker();
      for (let nth = 1; nth <= MOST_POINTS; nth++) {
        rescuer.signal('SIGSTOP');
        const doomed = await startWorker(`${point}:${nth}:SIGKILL`);
        const trip = await startTrip();
        const undone = stage.until(trip, 'undone').catch(() => undefined);
        await Promise.race([doomed.untilEnded(), undone]);
        const hasDied = doomed.child.signalCode === 'SIGKILL';
        if (hasDied) {
          deaths++;
          if ((await stage.row(trip)).status === 'compensating') deathsOnTheWayBack++;
        } else await doomed.stop();
        rescuer.signal('SIGCONT');
        await stage.hurry(trip); // the dead worker's lease ends
        await stage.until(trip, 'undone');
        expect([await notes(trip), await isLive(trip)]).toEqual([ALL_OF_IT, []]);
        if (!hasDied) break;
      }
      await rescuer.stop();
      expect(deaths).toBeGreaterThanOrEqual(4);
      expect(deathsOnTheWayBack).toBeGreaterThanOrEqual(1);
    },
    180_000,
  );
});
