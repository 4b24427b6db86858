/** The median of what several rounds gave. @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

const summary = (rounds) =>
  Object.fromEntries(Object.keys(rounds[0]).map((key) => [key, median(rounds.map((round) => round[key]))]));

/** Prints each case with the product's share of the yardstick's speed. */
export function printCases(results, { apiReadyMs, apiMiB }) {
  const rows = Object.entries(results).flatMap(([name, { yardstick, product }]) => {
    const [raw, ours] = [summary(yardstick), summary(product)];
    const ratio = median(product.map(({ perSecond }, round) => perSecond / yardstick[round].perSecond));
    const row = (server, { perSecond, p50, p99, serverCpu, postgresCpu }) => ({
      case: name,
      server,
      'requests/s': perSecond,
      'p50 ms': p50,
      'p99 ms': p99,
      'server CPU-s/1000': serverCpu,
      'PostgreSQL CPU-s/1000': postgresCpu,
      'CPU-s/1000': Number((serverCpu + postgresCpu).toFixed(3)),
      'of yardstick': server === 'product' ? `${Math.round(ratio * 100)} %` : '',
    });
    return [row('yardstick', raw), row('product', ours)];
  });
  console.table(rows);
  console.log(`api ready ${apiReadyMs} ms after its start, ${apiMiB} MiB resident after the load`);
}

/** Prints the complete road. */
export function printRoad({ perSecond, confirmed, seconds, cpu, delivery, backlog }) {
  console.log(
    `complete road: ${perSecond} orders/s placed, paid and confirmed (${confirmed} in ${seconds} s), backlog at the end ${backlog}`,
  );
  console.table([cpu]);
  console.log(
    `outbox to handler when idle: p50 ${delivery.fromCommitMs} ms from the commit of an event, ${delivery.fromStartMs} ms from the start of its transaction`,
  );
}
