-- AlterTable
ALTER TABLE "Cluster" ADD COLUMN "concurrency" INTEGER;
ALTER TABLE "Cluster" ADD COLUMN "formerKey" TEXT;

-- CreateTable
CREATE TABLE "KeptFile" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "kind" TEXT NOT NULL,
    "cluster" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "sizeBytes" BIGINT NOT NULL,
    "sha256" TEXT NOT NULL DEFAULT '',
    "jobId" TEXT,
    "host" TEXT NOT NULL DEFAULT '',
    "path" TEXT NOT NULL DEFAULT '',
    "by" TEXT NOT NULL,
    "at" DATETIME NOT NULL,
    "deleteAt" DATETIME NOT NULL
);

-- CreateIndex
CREATE INDEX "KeptFile_jobId_idx" ON "KeptFile"("jobId");

-- CreateIndex
CREATE INDEX "KeptFile_deleteAt_idx" ON "KeptFile"("deleteAt");
