-- AlterTable
ALTER TABLE "Cluster" ADD COLUMN "tiup" TEXT;

-- CreateTable
CREATE TABLE "TiupDeed" (
    "cluster" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "at" DATETIME NOT NULL,
    "command" TEXT NOT NULL,
    "exitCode" INTEGER,

    PRIMARY KEY ("cluster", "id")
);
