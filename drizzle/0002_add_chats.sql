CREATE TABLE "cursors" (
	"account" text PRIMARY KEY NOT NULL,
	"holder" uuid NOT NULL,
	"epoch" integer NOT NULL,
	"lease_until" timestamp with time zone NOT NULL,
	"position" bigint DEFAULT 0 NOT NULL,
	"moved_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dialogs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"conversation" text NOT NULL,
	"message" text,
	"person" text NOT NULL,
	"code" text NOT NULL,
	"verb" text NOT NULL,
	"typed" jsonb NOT NULL,
	"field" integer NOT NULL,
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "parks" (
	"address" text NOT NULL,
	"kind" text NOT NULL,
	"until" timestamp with time zone NOT NULL,
	CONSTRAINT "parks_address_kind_pk" PRIMARY KEY("address","kind"),
	CONSTRAINT "parks_kind" CHECK (kind in ('new', 'edit', 'any'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX "dialogs_message" ON "dialogs" USING btree ("conversation","message");--> statement-breakpoint
CREATE INDEX "deliveries_message" ON "deliveries" USING btree ("conversation","message");--> statement-breakpoint
CREATE INDEX "runs_conversation" ON "runs" USING btree ("conversation") WHERE conversation is not null;