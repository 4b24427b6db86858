import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';

/** One sign-in on one device, and all tokens that came of it. */
@Entity({ schema: 'users', name: 'sessions' })
export class Session {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'user_id' })
  userId: string;

  /** What the client calls itself, shortened. */
  @Column('text')
  device: string;

  /** The network address of the last use. */
  @Column('text')
  address: string;

  @Column('timestamptz', { name: 'last_used_at' })
  lastUsedAt: Date;

  /** Until then it can be renewed. */
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;

  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt: Date | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;
}
