import {
  Column,
  CreateDateColumn,
  DeleteDateColumn,
  Entity,
  PrimaryGeneratedColumn,
  UpdateDateColumn,
  VersionColumn,
} from 'typeorm';
import type { Product, ProductStatus } from './product.types';

/** A row of products. What finds it (`search`) PostgreSQL derives by itself. */
@Entity({ schema: 'catalog', name: 'products' })
export class ProductEntity implements Product {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column('text')
  sku: string;

  @Column('text')
  name: string;

  @Column('text')
  description: string;

  @Column('bigint', { name: 'price_minor' })
  priceMinor: number;

  @Column('text')
  currency: string;

  @Column('integer', { name: 'tax_rate_bps' })
  taxRateBps: number;

  @Column('text')
  status: ProductStatus;

  @Column('jsonb')
  attributes: Record<string, string>;

  @VersionColumn()
  version: number;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;

  @DeleteDateColumn({ name: 'deleted_at', type: 'timestamptz' })
  deletedAt: Date | null;
}
