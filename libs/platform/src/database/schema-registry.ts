import type { EntitySchema, MigrationInterface, MixedList } from 'typeorm';

type EntityClass = new (...args: never[]) => unknown;
type MigrationClass = new () => MigrationInterface;

/** What a module brings to the database. Migrations of all modules run in one order, by the time in their names. */
export interface ModuleSchema {
  entities?: EntityClass[];
  migrations?: MigrationClass[];
}

const entities = new Set<EntityClass>();
const migrations = new Set<MigrationClass>();

/** Called when a module is imported, which is before any DataSource is built. */
export function registerSchema(schema: ModuleSchema): void {
  schema.entities?.forEach((entity) => entities.add(entity));
  schema.migrations?.forEach((migration) => migrations.add(migration));
}

export function collectedSchema(): {
  entities: MixedList<EntityClass | string | EntitySchema>;
  migrations: MigrationClass[];
} {
  return { entities: [...entities], migrations: [...migrations] };
}
