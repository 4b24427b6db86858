import { defineEvent } from '@platform/messaging';

/** A product is there, and so is its stock. */
export const productCreated = defineEvent<{ productId: string; sku: string }>('catalog.product_created', 1);

/** Something about a product is different: its name, price, status, … */
export const productChanged = defineEvent<{ productId: string; sku: string }>('catalog.product_changed', 1);

/** A product is gone; its sku is never given to another one. */
export const productDeleted = defineEvent<{ productId: string; sku: string }>('catalog.product_deleted', 1);
