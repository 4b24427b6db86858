# Countinghouse: api, worker, migrate and sandbox gateway in one image; docker-compose.yml says which command is which.
# The stage `mailbox` is a mail server to look at, for trying things out.

FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No install script is needed here: the image brings Node itself, and argon2's binary comes as a package.
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM packages AS build
COPY tsconfig.json tsconfig.build.json nest-cli.json ./
COPY tools tools
COPY apps apps
COPY libs libs
RUN node tools/build.mjs && rm -f dist/.tsbuildinfo dist/.built-from

FROM packages AS production-packages
# Not `--omit=optional`: argon2's binaries are optional packages. What only `npm start` needs is taken out by name.
RUN npm pkg delete dependencies.node optionalDependencies \
  && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM packages AS mailbox
ENV NODE_ENV=production
USER node
EXPOSE 1025 1080
CMD ["node", "node_modules/maildev/dist/bin/maildev.js", "--smtp", "1025", "--web", "1080", "--ip", "0.0.0.0", "--web-ip", "0.0.0.0", "--silent"]

FROM node:24-slim AS production
ENV NODE_ENV=production NODE_OPTIONS="--disable-warning=ExperimentalWarning --max-semi-space-size=16"
WORKDIR /app
# The gateway's store; a named volume mounted here belongs to the same user.
RUN mkdir /var/lib/sandbox-gateway && chown node:node /var/lib/sandbox-gateway
COPY --from=production-packages /app/node_modules node_modules
COPY --from=production-packages /app/package.json package.json
COPY --from=build /app/dist dist
COPY LICENSE ./
USER node
EXPOSE 3000
CMD ["node", "dist/apps/api/src/main.js"]
