CREATE INDEX "inbox_open" ON "inbox" USING btree ("status") WHERE status <> 'done';--> statement-breakpoint
CREATE INDEX "runs_open" ON "runs" USING btree ("status") WHERE finished_at is null;