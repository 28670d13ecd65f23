-- AlterTable
ALTER TABLE "Ledger" ADD COLUMN "leftJobId" TEXT;

-- Instances that left their cluster were taken out of "Installed" only. By which job and when is not known any more.
UPDATE "Ledger" SET "supersededAt" = strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'), "leftJobId" = ''
WHERE "supersededAt" IS NULL
  AND NOT EXISTS (SELECT 1 FROM "Installed" WHERE "Installed"."cluster" = "Ledger"."cluster" AND "Installed"."instance" = "Ledger"."instance");

-- What is on an instance has a row in both; where it has not, it gets one.
INSERT INTO "Ledger" ("id", "cluster", "instance", "packageSha256", "entrySha256", "since", "kind")
SELECT lower(hex(randomblob(16))), "cluster", "instance", "packageSha256", "entrySha256", "at", 'deploy' FROM "Installed"
WHERE NOT EXISTS (SELECT 1 FROM "Ledger" WHERE "Ledger"."cluster" = "Installed"."cluster" AND "Ledger"."instance" = "Installed"."instance"
  AND "Ledger"."supersededAt" IS NULL);

-- DropTable
DROP TABLE "Installed";
