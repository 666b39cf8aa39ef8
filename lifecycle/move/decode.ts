import { type Pgoutput, PgoutputPlugin } from 'pg-logical-replication';

/**
 * pgoutput, with values left as the texts that PostgreSQL has sent: as JavaScript numbers and dates they would lose digits. Counts
 * what has arrived, for the service hands messages on one by one.
 */
export class TextPgoutput extends PgoutputPlugin {
  public arrived = 0;

  /** @param publication name that needs no quotes */
  public constructor(publication: string) {
    super({ protoVersion: 1, publicationNames: [publication], messages: true });
  }

  public override parse(buffer: Buffer): Pgoutput.Message {
    const message = super.parse(buffer);
    this.arrived += 1;
    if (message.tag === 'relation')
      for (const column of message.columns) column.parser = (text: string) => text;
    return message;
  }
}
