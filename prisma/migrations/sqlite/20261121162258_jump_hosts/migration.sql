-- AlterTable
ALTER TABLE "Cluster" ADD COLUMN "jump" TEXT;
