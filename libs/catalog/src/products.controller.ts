import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentUser, Public, RequirePermission, type Actor } from '@platform/auth';
import { IfMatch, SkuParam, withETag } from '@platform/http';
import { ProductPage, ProductResponse } from './product-response.dto';
import { CreateProductRequest, ListProductsQuery, UpdateProductRequest } from './products.dto';
import { ProductsService } from './products.service';

const KEEP_CATALOGUE = 'catalog:write';

const seesAll = (actor: Actor | undefined): boolean => actor?.permissions.has(KEEP_CATALOGUE) === true;

/** What is for sale, and what is not yet or no longer. */
@ApiTags('Catalogue')
@Controller('products')
export class ProductsController {
  constructor(private readonly products: ProductsService) {}

  /**
   * List and search products
   *
   * @remarks Public. Only active products exist for who lacks `catalog:write`. A search finds products with all of its
   * words, in any grammatical form; if there is none, those with words that may be meant.
   */
  @Get()
  @Public()
  async listProducts(@CurrentUser() actor: Actor | undefined, @Query() query: ListProductsQuery): Promise<ProductPage> {
    const { data, page } = await this.products.list(query, seesAll(actor));
    return { data: data.map((product) => ProductResponse.from(product)), page };
  }

  /**
   * Get a product
   *
   * @remarks Public. Only active products exist for who lacks `catalog:write`. `ETag` is the version.
   * @throws {404} There is no such product.
   */
  @Get(':sku')
  @Public()
  async getProduct(
    @CurrentUser() actor: Actor | undefined,
    @SkuParam() sku: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProductResponse> {
    return withETag(reply, ProductResponse.from(await this.products.get(sku, seesAll(actor))));
  }

  /**
   * Create a product
   *
   * @remarks Its stock exists from the same moment, empty: fill it with `POST /inventory/{sku}/adjustments`.
   * @throws {409} `sku_taken`: there is, or was, another product of this sku.
   */
  @Post()
  @RequirePermission(KEEP_CATALOGUE)
  async createProduct(
    @Body() body: CreateProductRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProductResponse> {
    const product = await this.products.create(CreateProductRequest.toProduct(body));
    return withETag(reply, ProductResponse.from(product));
  }

  /**
   * Change a product
   *
   * @remarks What is absent stays; `price` and `attributes` are replaced as a whole. Orders keep the name and price of
   * their time.
   * @throws {404} There is no such product.
   * @throws {412} `version_mismatch`: it has changed since the version in If-Match.
   */
  @Patch(':sku')
  @RequirePermission(KEEP_CATALOGUE)
  @ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'The ETag of the version that this change is meant for',
  })
  async updateProduct(
    @SkuParam() sku: string,
    @IfMatch() version: number | undefined,
    @Body() body: UpdateProductRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProductResponse> {
    const product = await this.products.change(sku, UpdateProductRequest.toChanges(body), version);
    return withETag(reply, ProductResponse.from(product));
  }

  /**
   * Delete a product
   *
   * @remarks Orders that contain it stay as they are. Its sku is never given to another product.
   * @throws {404} There is no such product.
   */
  @Delete(':sku')
  @HttpCode(204)
  @RequirePermission(KEEP_CATALOGUE)
  async deleteProduct(@SkuParam() sku: string): Promise<void> {
    await this.products.delete(sku);
  }
}
