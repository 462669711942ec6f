# Baton with the deployment of this folder (baton.config.ts, processes). It runs on amd64 and on arm64 alike: nothing in
# it is compiled, and the base image has both.
FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Node is the image's, and Postgres a service of its own: what npm would bring for both is left out.
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json baton.config.ts ./
COPY drizzle ./drizzle
COPY src ./src
COPY processes ./processes
# An ordinary user, who may write nothing here. The database is given by DATABASE_URL; no secret belongs into the image.
USER node
# Well as long as the configuration holds and the database answers (codes 2 and 4 of doctor). Neither a run that needs a
# person nor a chat that is away is a reason to restart a worker.
HEALTHCHECK --interval=60s --timeout=30s --start-period=30s --retries=3 \
  CMD ["/bin/sh", "-c", "node src/cli.ts doctor; test $? -lt 2"]
# The process heeds SIGTERM itself: it lets what runs end and hands the rest over.
ENTRYPOINT ["node", "src/cli.ts"]
CMD ["worker"]
