/** Products that differ in kind and size only. */
export interface ProductFamily {
  category: string;
  taxRateBps: number;
  code: string;
  noun: string;
  /** Three of each, the plain and small ones first: they are the cheapest. */
  kinds: string[];
  sizes: string[];
  /** Price of the plain and small one. */
  fromMinor: number;
  /** A sentence that is true of all of them. */
  praise: string;
}

const KITCHENWARE = `
MUG      | Mug           | Enamel, Stoneware, Porcelain                  | 250 ml, 400 ml, 500 ml | 1149 | Keeps a drink warm to the last sip and stacks with its siblings.
BOWL     | Bowl          | Glass, Stoneware, Acacia                      | 12 cm, 16 cm, 24 cm    |  999 | Deep enough for soup, handsome enough for fruit.
PLATE    | Plate         | Bamboo, Stoneware, Porcelain                  | 18 cm, 22 cm, 27 cm    |  899 | A raised rim keeps the sauce where it belongs.
PAN      | Frying Pan    | Carbon Steel, Cast Iron, Stainless Steel      | 20 cm, 24 cm, 28 cm    | 2949 | Heats evenly, browns well and works on every hob.
SAUCEPAN | Saucepan      | Enamel, Stainless Steel, Copper               | 1 l, 2 l, 3 l          | 2499 | With a close-fitting lid, a pouring rim and marks on the inside.
KNIFE    | Kitchen Knife | Stainless Steel, Carbon Steel, Damascus Steel | 9 cm, 16 cm, 20 cm     | 2199 | Ground thin, balanced at the bolster and easy to sharpen.
BOARD    | Cutting Board | Bamboo, Oak, Walnut                           | Small, Medium, Large   | 1799 | Oiled at the workshop; kind to blades, with a groove for juices.
JAR      | Storage Jar   | Glass, Tin, Ceramic                           | 500 ml, 1 l, 2 l       |  849 | Closes tightly, opens with one hand and keeps its contents dry.
KETTLE   | Kettle        | Stainless Steel, Enamel, Copper               | 1 l, 1.5 l, 2 l        | 3299 | Pours without dripping and whistles when it is time.
SPOON    | Serving Spoon | Beech, Cherry Wood, Olive Wood                | 25 cm, 30 cm, 35 cm    |  649 | Carved from one piece, with a handle that stays cool.`;

const FOOD = `
COFFEE    | Coffee Beans       | Medium Roast, Dark Roast, Light Roast | 250 g, 500 g, 1 kg  | 899 | Roasted in small batches, with notes of cocoa and hazelnut.
ESPRESSO  | Espresso Beans     | Classic, Decaf, Organic               | 250 g, 500 g, 1 kg  | 999 | A round body, little acidity and a thick, lasting crema.
TEA       | Loose Leaf Tea     | Black, Green, Herbal                  | 50 g, 100 g, 250 g  | 599 | Picked in spring and packed within the week.
CHOCOLATE | Drinking Chocolate | Milk, Dark, Spiced                    | 200 g, 400 g, 800 g | 749 | Flakes of real chocolate that melt into hot milk.`;

const COFFEE_GEAR = `
GRINDER | Coffee Grinder    | Travel, Manual, Electric | 20 g, 35 g, 60 g       | 3999 | Conical burrs with forty steps between coarse and fine.
DRIPPER | Pour-Over Dripper | Glass, Ceramic, Steel    | 1 Cup, 2 Cups, 4 Cups  | 1399 | Spiral ribs let the water through at just the right pace.`;

const STATIONERY = `
NOTEBOOK | Notebook     | Plain, Ruled, Dotted         | A6, A5, A4                        |  749 | Thread-bound, so that it lies flat; 120 pages of ink-proof paper.
PEN      | Gel Pen      | Black, Blue, Green           | Pack of 3, Pack of 6, Pack of 12  |  449 | A tip that glides, and ink that dries before you smudge it.
PENCIL   | Pencil Set   | Graphite, Coloured, Charcoal | 6 Pieces, 12 Pieces, 24 Pieces    |  599 | Cedar casings and leads that break only when you want them to.
ENVELOPE | Envelopes    | White, Recycled, Kraft       | Pack of 25, Pack of 50, Pack of 100 | 399 | Sealed in one stroke; each takes a sheet of A4 folded twice.
BINDER   | Ring Binder  | Cardboard, Canvas, Leather   | A5, A4, A3                        |  699 | Four rings that close without a gap, and a label to write on.
PLANNER  | Desk Planner | Daily, Weekly, Monthly       | A5, A4, A3                        | 1099 | Undated, so that no page is ever lost to a holiday.`;

const TOOLS = `
HAMMER      | Claw Hammer        | Ash Wood, Fibreglass, Steel | 300 g, 450 g, 600 g          | 1899 | A forged head, and a grip that swallows the shock.
SCREWDRIVER | Screwdriver Set    | Slotted, Cross-Head, Hex    | 4 Pieces, 6 Pieces, 12 Pieces | 1649 | Magnetic tips of hardened steel and handles that turn easily.
WRENCH      | Combination Wrench | Matt, Chrome, Ratcheting    | 10 mm, 13 mm, 17 mm          |  999 | Open at one end, closed at the other, exact at both.
TAPE        | Measuring Tape     | Fabric, Steel, Fibreglass   | 3 m, 5 m, 10 m               |  799 | Easy to read from both sides and exact to the millimetre.
CLAMP       | Bar Clamp          | Aluminium, Steel, Cast Iron | 30 cm, 60 cm, 90 cm          | 1299 | Holds with even pressure and leaves no mark on the work.`;

const TEXTILES = `
TOWEL   | Towel   | Cotton, Waffle Cotton, Linen | Hand, Bath, Sheet     | 1299 | Dries quickly, drinks deeply and grows softer with every wash.
BLANKET | Blanket | Fleece, Cotton, Wool         | Throw, Single, Double | 3499 | With a hemmed edge; warm without being heavy.
CUSHION | Cushion | Linen, Wool, Velvet          | 40 cm, 50 cm, 60 cm   | 1999 | With a filling that keeps its shape and a cover that comes off.
APRON   | Apron   | Cotton, Linen, Denim         | Small, Medium, Large  | 2299 | Ties at the front, with two pockets and a loop for a towel.`;

export const PRODUCT_FAMILIES: ProductFamily[] = [
  ...familiesIn('Kitchenware', 825, KITCHENWARE),
  ...familiesIn('Coffee and tea', 0, FOOD),
  ...familiesIn('Coffee and tea', 825, COFFEE_GEAR),
  ...familiesIn('Stationery', 500, STATIONERY),
  ...familiesIn('Tools', 825, TOOLS),
  ...familiesIn('Textiles', 825, TEXTILES),
];

function familiesIn(category: string, taxRateBps: number, table: string): ProductFamily[] {
  return table
    .trim()
    .split('\n')
    .map((line) => {
      const [code = '', noun = '', kinds = '', sizes = '', from, praise = ''] = line
        .split('|')
        .map((cell) => cell.trim());
      const fromMinor = Number(from);
      return {
        category,
        taxRateBps,
        code,
        noun,
        kinds: kinds.split(', '),
        sizes: sizes.split(', '),
        fromMinor,
        praise,
      };
    });
}
