CREATE TABLE "ledger" (
	"id" uuid PRIMARY KEY NOT NULL,
	"run_id" uuid NOT NULL,
	"epoch" integer NOT NULL,
	"state" text NOT NULL,
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"day" date DEFAULT (clock_timestamp() at time zone 'utc')::date NOT NULL,
	"route" text,
	"purpose" text NOT NULL,
	"agent" text,
	"tier" text,
	"provider" text,
	"model" text,
	"tokens" bigint NOT NULL,
	"cached" bigint,
	"output" bigint,
	"reasoning" bigint,
	"micros" bigint,
	"currency" text,
	"prices" date,
	"error" text,
	"request_id" text,
	"duration_ms" integer,
	CONSTRAINT "ledger_state" CHECK (state in ('booked', 'settled', 'unknown'))
);
--> statement-breakpoint
CREATE INDEX "ledger_run" ON "ledger" USING btree ("run_id");--> statement-breakpoint
CREATE INDEX "ledger_day" ON "ledger" USING btree ("day");--> statement-breakpoint
CREATE INDEX "ledger_booked" ON "ledger" USING btree ("run_id") WHERE state = 'booked';