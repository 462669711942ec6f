CREATE TABLE "moves" (
	"address" text PRIMARY KEY NOT NULL,
	"home" text NOT NULL
);
