CREATE TABLE "blobs" (
	"run_id" uuid NOT NULL,
	"digest" text NOT NULL,
	"body" text NOT NULL,
	CONSTRAINT "blobs_run_id_digest_pk" PRIMARY KEY("run_id","digest")
);
--> statement-breakpoint
CREATE TABLE "definitions" (
	"digest" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"body" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"run_id" uuid NOT NULL,
	"purpose" text NOT NULL,
	"conversation" text NOT NULL,
	"message" text,
	"shows_seq" integer DEFAULT 0 NOT NULL,
	"state" text NOT NULL,
	"card_digest" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"not_before" timestamp with time zone,
	CONSTRAINT "deliveries_run_id_purpose_conversation_pk" PRIMARY KEY("run_id","purpose","conversation"),
	CONSTRAINT "deliveries_state" CHECK (state in ('sending', 'sent', 'unknown', 'later', 'dead'))
);
--> statement-breakpoint
CREATE TABLE "escalations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"run_id" uuid NOT NULL,
	"code" text NOT NULL,
	"question" jsonb NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"outcome" text,
	"value" jsonb,
	"decided_by" text,
	"decided_via" text,
	"authorises" text,
	"asked_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone,
	"decided_at" timestamp with time zone,
	CONSTRAINT "escalations_status" CHECK (status in ('open', 'decided', 'expired', 'withdrawn')),
	CONSTRAINT "escalations_decided" CHECK ((status = 'decided') = (decided_by is not null)),
	CONSTRAINT "escalations_authorises" CHECK (authorises is null or status = 'decided')
);
--> statement-breakpoint
CREATE TABLE "inbox" (
	"source" text NOT NULL,
	"key" text NOT NULL,
	"body" jsonb NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"received_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"due_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"outcome" text,
	"run_id" uuid,
	CONSTRAINT "inbox_source_key_pk" PRIMARY KEY("source","key"),
	CONSTRAINT "inbox_status" CHECK (status in ('pending', 'done', 'dead'))
);
--> statement-breakpoint
CREATE TABLE "journal" (
	"run_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"commit_id" uuid NOT NULL,
	"events" jsonb NOT NULL,
	CONSTRAINT "journal_run_id_seq_pk" PRIMARY KEY("run_id","seq")
);
--> statement-breakpoint
CREATE TABLE "posts" (
	"run_id" uuid NOT NULL,
	"purpose" text NOT NULL,
	"conversation" text NOT NULL,
	"wants_seq" integer NOT NULL,
	"escalation_id" uuid,
	CONSTRAINT "posts_run_id_purpose_conversation_pk" PRIMARY KEY("run_id","purpose","conversation")
);
--> statement-breakpoint
CREATE TABLE "reservations" (
	"run_id" uuid NOT NULL,
	"ref" text NOT NULL,
	"agent" text NOT NULL,
	"resource" text NOT NULL,
	"state" text NOT NULL,
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "reservations_run_id_ref_pk" PRIMARY KEY("run_id","ref"),
	CONSTRAINT "reservations_state" CHECK (state in ('in_hand', 'done', 'void'))
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"status" text NOT NULL,
	"route" text,
	"title" text NOT NULL,
	"requester" text NOT NULL,
	"conversation" text,
	"watched" boolean DEFAULT false NOT NULL,
	"engine" integer NOT NULL,
	"epoch" integer DEFAULT 0 NOT NULL,
	"worker" bigint,
	"lease_until" timestamp with time zone,
	"wake_at" timestamp with time zone,
	"due_at" timestamp with time zone GENERATED ALWAYS AS (greatest(wake_at, lease_until)) STORED,
	"signals" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "runs_status" CHECK (status in ('received', 'planning', 'running', 'waiting', 'compensating', 'completed', 'failed', 'cancelled')),
	CONSTRAINT "runs_finished" CHECK ((finished_at is not null) = (status in ('completed', 'failed', 'cancelled'))),
	CONSTRAINT "runs_lease" CHECK ((worker is null) = (lease_until is null))
);
--> statement-breakpoint
CREATE TABLE "senders" (
	"channel" text PRIMARY KEY NOT NULL,
	"holder" uuid NOT NULL,
	"epoch" integer NOT NULL,
	"lease_until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "signals" (
	"run_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"data" jsonb NOT NULL,
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "signals_run_id_id_pk" PRIMARY KEY("run_id","id")
);
--> statement-breakpoint
CREATE TABLE "ticks" (
	"job" text PRIMARY KEY NOT NULL,
	"fired_at" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "votes" (
	"escalation_id" uuid NOT NULL,
	"person" text NOT NULL,
	"via" text NOT NULL,
	"verb" text NOT NULL,
	"value" jsonb,
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "votes_escalation_id_person_pk" PRIMARY KEY("escalation_id","person")
);
--> statement-breakpoint
CREATE TABLE "workers" (
	"key" bigint PRIMARY KEY NOT NULL,
	"started_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "escalations_code" ON "escalations" USING btree ("code") WHERE status = 'open';--> statement-breakpoint
CREATE INDEX "escalations_run" ON "escalations" USING btree ("run_id");--> statement-breakpoint
CREATE INDEX "inbox_pending" ON "inbox" USING btree ("due_at") WHERE status = 'pending';--> statement-breakpoint
CREATE UNIQUE INDEX "reservations_in_hand" ON "reservations" USING btree ("agent","resource") WHERE state = 'in_hand';--> statement-breakpoint
CREATE INDEX "reservations_done" ON "reservations" USING btree ("agent","resource","at") WHERE state = 'done';--> statement-breakpoint
CREATE INDEX "runs_due" ON "runs" USING btree ("due_at") WHERE due_at is not null;--> statement-breakpoint
ALTER TABLE "runs" SET (fillfactor = 70);
--> statement-breakpoint
CREATE VIEW "events" AS
	SELECT j.run_id, j.seq, e.ordinality AS place, j.at, e.event ->> 'type' AS type, e.event
	FROM "journal" j CROSS JOIN LATERAL jsonb_array_elements(j.events) WITH ORDINALITY AS e(event, ordinality);
