-- CreateTable
CREATE TABLE "Ledger" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "cluster" TEXT NOT NULL,
    "instance" TEXT NOT NULL,
    "packageSha256" TEXT NOT NULL,
    "entrySha256" TEXT NOT NULL,
    "since" DATETIME NOT NULL,
    "by" TEXT NOT NULL DEFAULT '',
    "jobId" TEXT,
    "kind" TEXT NOT NULL,
    "ticket" TEXT NOT NULL DEFAULT '',
    "notes" TEXT NOT NULL DEFAULT '',
    "due" TEXT,
    "offline" BOOLEAN NOT NULL DEFAULT false,
    "supersededAt" DATETIME
);

-- CreateTable
CREATE TABLE "RolePackage" (
    "cluster" TEXT NOT NULL,
    "component" TEXT NOT NULL,
    "os" TEXT NOT NULL,
    "arch" TEXT NOT NULL,
    "packageSha256" TEXT NOT NULL,
    "by" TEXT NOT NULL DEFAULT '',
    "at" DATETIME NOT NULL,

    PRIMARY KEY ("cluster", "component", "os", "arch")
);

-- CreateIndex
CREATE INDEX "Ledger_cluster_instance_idx" ON "Ledger"("cluster", "instance");

-- CreateIndex
CREATE INDEX "Ledger_packageSha256_idx" ON "Ledger"("packageSha256");

-- What was put there before there was a ledger: by whom is not known any more.
INSERT INTO "Ledger" ("id", "cluster", "instance", "packageSha256", "entrySha256", "since", "kind")
SELECT lower(hex(randomblob(16))), "cluster", "instance", "packageSha256", "entrySha256", "at", 'deploy' FROM "Installed";
