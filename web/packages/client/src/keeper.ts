/** Parcels in the browser's own database, so that a closed tab or a power cut loses nothing written. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Keeper, Parcel } from './outbox.ts';

interface Schema extends DBSchema {
  parcels: { key: string; value: Parcel & { id: string }; indexes: { order: number } };
}

export class DatabaseKeeper implements Keeper {
  readonly #database: IDBPDatabase<Schema>;

  private constructor(database: IDBPDatabase<Schema>) {
    this.#database = database;
  }

  static async open(name = 'garance-outbox'): Promise<DatabaseKeeper> {
    const database = await openDB<Schema>(name, 1, {
      upgrade(db) {
        db.createObjectStore('parcels', { keyPath: 'id' }).createIndex('order', 'order');
      },
    });
    return new DatabaseKeeper(database);
  }

  async all(): Promise<Parcel[]> {
    const rows = await this.#database.getAllFromIndex('parcels', 'order');
    return rows.map(({ id: _id, ...parcel }) => parcel);
  }

  async put(parcel: Parcel): Promise<void> {
    const plain = JSON.parse(JSON.stringify(parcel)) as Parcel;
    await this.#database.put('parcels', { ...plain, id: parcel.command.id }, undefined);
  }

  async remove(command: string): Promise<void> {
    await this.#database.delete('parcels', command);
  }
}
